// A fast 64-bit hash of short texts. Its values are part of veneer's formats and never change.
#pragma once

#include <cstdint>
#include <string_view>

namespace layer {

// FNV-1a with 64 bits, followed by MurmurHash3's finaliser, which spreads the last bytes over all
// bits.
constexpr uint64_t hash64(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53;
  hash ^= hash >> 33;
  return hash;
}

}  // namespace layer
