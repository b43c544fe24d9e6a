// SHA-256 digests: of content, of a layer's plain tar (DiffId), of a blob.
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

// An incremental SHA-256. Copyable: a copy goes on from the same state.
class Sha256 {
 public:
  Sha256();

  void update(std::span<const std::byte> bytes);
  Digest finish();  // call once

 private:
  SHA256_CTX state_;
};

Digest sha256(std::span<const std::byte> bytes);

}  // namespace layer
