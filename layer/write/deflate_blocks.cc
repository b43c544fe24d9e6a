// The blocks of a deflate stream: their headers, and stored blocks.
#include "layer/write/deflate_blocks.h"

#include <algorithm>
#include <array>

namespace layer {

// RFC 1951, section 3.2.4.
bool DeflateScanner::skip_stored(DeflateBits& bits) {
  const uint64_t header = (bits.position() + 7) / 8;
  const auto size = static_cast<uint64_t>(bits.end - bits.begin);
  if (size < 4 || header > size - 4) return false;
  const auto byte = [&](uint64_t at) { return std::to_integer<unsigned>(bits.begin[header + at]); };
  const unsigned length = byte(0) | byte(1) << 8;
  const unsigned complement = byte(2) | byte(3) << 8;
  if ((length ^ complement) != 0xffff || length > size - header - 4) return false;
  bits.seek_byte(header + 4 + length);
  return true;
}

// RFC 1951, section 3.2.6.
bool DeflateScanner::use_fixed_codes() {
  if (fixed_in_use_) return true;
  std::array<uint8_t, 288> literals{};
  std::fill_n(literals.begin(), 144, uint8_t{8});
  std::fill_n(literals.begin() + 144, 112, uint8_t{9});
  std::fill_n(literals.begin() + 256, 24, uint8_t{7});
  std::fill_n(literals.begin() + 280, 8, uint8_t{8});
  std::array<uint8_t, 32> distances{};
  distances.fill(5);
  fixed_in_use_ = symbols_.use_codes(literals, distances);
  return fixed_in_use_;
}

// RFC 1951, section 3.2.7.
bool DeflateScanner::read_dynamic_codes(DeflateBits& bits) {
  static constexpr std::array<uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};
  fixed_in_use_ = false;
  bits.refill();
  const size_t literal_count = bits.take(5) + 257;
  const size_t distance_count = bits.take(5) + 1;
  const size_t order_count = bits.take(4) + 4;
  if (literal_count > 286 || distance_count > 30) return false;
  std::array<uint8_t, 19> order_lengths{};
  for (size_t i = 0; i < order_count; ++i) {
    bits.refill();
    order_lengths[kOrder[i]] = static_cast<uint8_t>(bits.take(3));
  }
  if (!code_lengths_.assign(order_lengths)) return false;

  std::array<uint8_t, 286 + 30> lengths{};
  const size_t count = literal_count + distance_count;
  for (size_t i = 0; i < count;) {
    bits.refill();
    const int symbol = code_lengths_.decode(bits);
    if (symbol == DeflateCode::kInvalid) return false;
    if (symbol < 16) {
      lengths[i++] = static_cast<uint8_t>(symbol);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    const uint8_t value = symbol == 16 ? lengths[i - 1] : uint8_t{0};
    const size_t repeat = symbol == 16   ? 3 + bits.take(2)
                          : symbol == 17 ? 3 + bits.take(3)
                                         : 11 + bits.take(7);
    if (repeat > count - i) return false;
    std::fill_n(lengths.begin() + static_cast<ptrdiff_t>(i), repeat, value);
    i += repeat;
  }
  const std::span<const uint8_t> all(lengths);
  return !bits.overrun() && lengths[256] != 0 &&
         symbols_.use_codes(all.first(literal_count),
                            all.subspan(literal_count, distance_count));
}

std::optional<LastBlock> DeflateScanner::find_last_block(std::span<const std::byte> stream) {
  DeflateBits bits(stream);
  for (;;) {
    bits.refill();
    const uint64_t header_bit = bits.position();
    const bool is_last = bits.take(1) != 0;
    const unsigned type = bits.take(2);
    if (bits.overrun()) return std::nullopt;
    bool skipped = false;
    if (type == 0) skipped = skip_stored(bits);
    if (type == 1) skipped = use_fixed_codes() && symbols_.skip_block(bits);
    if (type == 2) skipped = read_dynamic_codes(bits) && symbols_.skip_block(bits);
    if (!skipped) return std::nullopt;
    if (!is_last) continue;
    if ((bits.position() + 7) / 8 != stream.size()) return std::nullopt;
    return LastBlock{header_bit, bits.position()};
  }
}

}  // namespace layer
