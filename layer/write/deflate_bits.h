// Reads a deflate stream bit by bit, with bounds checks.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace layer {

// Reads bits in the order of RFC 1951, section 3.1.1. Reading past the end gives zeros, and
// then overrun() is true. Small enough to copy when two places are read at once.
struct DeflateBits {
  // After a refill there are at least this many bits, unless the stream ends before.
  static constexpr unsigned kRefillBits = 56;

  explicit DeflateBits(std::span<const std::byte> stream)
      : begin(stream.data()), next(begin), end(begin + stream.size()) {}

  // How many bytes refill_unchecked() needs at `next`.
  static constexpr ptrdiff_t kRefillBytes = 8;

  void refill_unchecked() {
    uint64_t word = 0;
    std::memcpy(&word, next, kRefillBytes);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    buffer |= word << left;
    next += (63 - left) >> 3;
    left |= 56;
  }

  void refill() {
    if (end - next >= kRefillBytes) {
      refill_unchecked();
      return;
    }
    while (left <= 56 && next < end) {
      buffer |= std::to_integer<uint64_t>(*next++) << left;
      left += 8;
    }
  }

  void skip(unsigned count) {
    buffer >>= count;
    left -= static_cast<int>(count);
  }

  unsigned take(unsigned count) {
    const auto bits = static_cast<unsigned>(buffer & ((uint64_t{1} << count) - 1));
    skip(count);
    return bits;
  }

  bool overrun() const { return left < 0; }

  uint64_t position() const {
    return static_cast<uint64_t>(next - begin) * 8 - static_cast<uint64_t>(left);
  }

  void seek_byte(uint64_t offset) {
    next = begin + offset;
    buffer = 0;
    left = 0;
  }

  const std::byte* begin;
  const std::byte* next;  // the first byte that is not wholly in `buffer`
  const std::byte* end;
  uint64_t buffer =
      0;         // above `left` it holds zeros, or bits that the next refill puts there again
  int left = 0;  // bits not yet taken
};

}  // namespace layer
