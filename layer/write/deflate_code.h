// The canonical prefix codes of deflate (RFC 1951, section 3.2.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "layer/write/deflate_bits.h"

namespace layer {

// A prefix code, made from the lengths of its symbols' codes.
class DeflateCode {
 public:
  static constexpr int kInvalid = -1;

  // Makes the code. False unless the lengths make a complete prefix code, a lone code of one bit,
  // or no code at all (RFC 1951, section 3.2.7, allows the latter two for distances).
  bool assign(std::span<const uint8_t> lengths);

  // Decodes the next symbol, one bit at a time; kInvalid if there is none. Call refill() before.
  int decode(DeflateBits& bits) const;

  // Calls visit(symbol, bits, length) for each symbol that has a code, shortest first. `bits` is
  // the code as a stream holds it, first bit lowest: codes are packed from their most significant
  // bit on (RFC 1951, section 3.1.1), so it is the code of section 3.2.2 reversed.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    unsigned bits = 0;
    const uint16_t* symbol = symbols_.data();
    for (unsigned length = 1; length <= kMaxLength; ++length) {
      for (unsigned i = 0; i < counts_[length]; ++i) {
        visit(*symbol++, bits, length);
        // The next code of this length is one more; appending zeros for a longer one changes
        // nothing.
        unsigned carry = 1U << (length - 1);
        for (; (bits & carry) != 0; carry >>= 1) bits ^= carry;
        bits |= carry;
      }
    }
  }

 private:
  static constexpr unsigned kMaxLength = 15;

  std::array<uint16_t, kMaxLength + 1> counts_{};  // codes of each length
  std::array<uint16_t, 288> symbols_{};            // in code order
};

}  // namespace layer
