// Walks the symbols of a compressed deflate block, without decompressing it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "layer/write/deflate_bits.h"
#include "layer/write/deflate_code.h"

namespace layer {

// A decoder that only counts bits. It is table-driven, takes several symbols per lookup, and walks
// two places of a block at once, because each lookup must wait for the one before. Keep and reuse
// it. Not thread-safe.
class DeflateSymbols {
 public:
  DeflateSymbols();

  // Sets the codes of the next block, by the lengths of their symbols' codes. False if these make
  // no valid codes.
  bool use_codes(std::span<const uint8_t> literal_lengths,
                 std::span<const uint8_t> distance_lengths);

  // Skips from the first symbol to the end of the block. False if the block is not well-formed.
  bool skip_block(DeflateBits& bits);

 private:
  static constexpr unsigned kLookupBits = 11;
  static constexpr size_t kLookupSize = size_t{1} << kLookupBits;

  // A place between two symbols.
  struct Cursor {
    DeflateBits bits;
    unsigned state;
  };
  enum class Walk { kOn, kEndOfBlock, kInvalid };

  void fill_literal_lookup();
  void fill_distance_lookup();
  unsigned step(DeflateBits& bits, unsigned state) const;
  Walk settle(Cursor& cursor) const;
  Walk step_carefully(Cursor& cursor) const;
  Walk walk_to(Cursor& cursor, uint64_t place) const;
  bool walk_side_by_side(Cursor& first, Cursor& second, uint64_t meeting) const;
  Walk walk_two(Cursor& cursor) const;

  DeflateCode literals_;
  DeflateCode distances_;
  // Indexed by state (two bits), then by the next kLookupBits bits. The .cc describes an entry.
  std::array<uint8_t, 4 * kLookupSize> lookup_{};
  std::array<uint8_t, kLookupSize> shorter_{};  // for fewer bits, while lookup_ is being made
};

}  // namespace layer
