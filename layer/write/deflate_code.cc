// Checks canonical prefix codes, and decodes one bit at a time.
#include "layer/write/deflate_code.h"

namespace layer {

bool DeflateCode::assign(std::span<const uint8_t> lengths) {
  counts_.fill(0);
  for (const uint8_t length : lengths) ++counts_[length];
  const size_t used = lengths.size() - counts_[0];
  counts_[0] = 0;
  std::array<uint16_t, kMaxLength + 2> offsets{};
  int room = 1;
  for (unsigned length = 1; length <= kMaxLength; ++length) {
    room = 2 * room - counts_[length];
    if (room < 0) return false;
    offsets[length + 1] = static_cast<uint16_t>(offsets[length] + counts_[length]);
  }
  for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    if (lengths[symbol] != 0) symbols_[offsets[lengths[symbol]]++] = static_cast<uint16_t>(symbol);
  }
  return room == 0 || used == 0 || (used == 1 && counts_[1] == 1);
}

int DeflateCode::decode(DeflateBits& bits) const {
  int value = 0;  // of the code's bits so far
  int first = 0;  // first code of this length
  int index = 0;  // of that code's symbol
  for (unsigned length = 1; length <= kMaxLength; ++length) {
    value |= static_cast<int>(bits.take(1));
    const int count = counts_[length];
    if (value - count < first) {
      return bits.overrun() ? kInvalid : symbols_[static_cast<size_t>(index + value - first)];
    }
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  return kInvalid;
}

}  // namespace layer
