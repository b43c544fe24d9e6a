// SHA-256 digests, and the hash that makes them, which can be saved and resumed.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace layer {

// A SHA-256 value. OCI image-spec descriptor.md, "Digests".
struct Digest {
  std::array<uint8_t, 32> bytes{};

  std::string hex() const;  // 64 lower-case digits
  std::string to_string() const { return "sha256:" + hex(); }

  auto operator<=>(const Digest&) const = default;
};

// Digest of a layer's uncompressed tar, as listed in the config's rootfs.diff_ids.
struct DiffId {
  Digest digest;

  auto operator<=>(const DiffId&) const = default;
};

// The state of an incremental SHA-256, as plain data that can be stored (FIPS 180-4, section 6.2).
struct Sha256State {
  std::array<uint32_t, 8> chaining{};
  std::array<uint8_t, 64> pending{};  // the last length % 64 bytes, then zeros
  uint64_t length = 0;                // bytes so far

  bool operator==(const Sha256State&) const = default;
};

// An incremental SHA-256. A copy starts from the state of the original and is independent of it.
class Sha256 {
 public:
  Sha256();
  explicit Sha256(const Sha256State& state);  // resumes from `state`

  void update(std::span<const std::byte> bytes);
  Digest finish();  // call once
  Sha256State state() const;

 private:
  SHA256_CTX state_;
};

Digest sha256(std::span<const std::byte> bytes);

}  // namespace layer
