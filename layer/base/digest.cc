// SHA-256 by OpenSSL's one-shot-copyable context, whose state can be kept at frame boundaries.
#include "layer/base/digest.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <stdexcept>

namespace layer {
namespace {

void check_sha256(int status) {
  if (status != 1) throw std::logic_error("SHA-256 failed");
}

}  // namespace

std::string Digest::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Sha256::Sha256() : state_{} {
  check_sha256(SHA256_Init(&state_));
}

Sha256::Sha256(const Sha256State& state) : Sha256() {
  std::copy(state.chaining.begin(), state.chaining.end(), state_.h);
  const uint64_t bits = state.length * 8;
  state_.Nl = static_cast<SHA_LONG>(bits);
  state_.Nh = static_cast<SHA_LONG>(bits >> 32);
  state_.num = static_cast<unsigned>(state.length % SHA256_CBLOCK);
  std::memcpy(state_.data, state.pending.data(), state_.num);
}

Sha256State Sha256::state() const {
  Sha256State state;
  std::copy(std::begin(state_.h), std::end(state_.h), state.chaining.begin());
  state.length = ((uint64_t{state_.Nh} << 32) | state_.Nl) / 8;
  std::memcpy(state.pending.data(), state_.data, state_.num);
  return state;
}

void Sha256::update(std::span<const std::byte> bytes) {
  check_sha256(SHA256_Update(&state_, bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
  Digest digest;
  check_sha256(SHA256_Final(digest.bytes.data(), &state_));
  return digest;
}

Digest sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace layer
