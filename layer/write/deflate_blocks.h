// Finds the last block of a deflate stream without decompressing it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "layer/write/deflate_bits.h"
#include "layer/write/deflate_code.h"
#include "layer/write/deflate_symbols.h"

namespace layer {

// Bits are counted from the stream's first bit, in the order of RFC 1951, section 3.1.1.
struct LastBlock {
  uint64_t header_bit = 0;  // of BFINAL
  uint64_t end_bit = 0;     // after the block; what is left of the last byte is padding

  bool operator==(const LastBlock&) const = default;
};

// Walks the blocks of a raw deflate stream (RFC 1951) and only counts bits. Deflate has no index,
// so where a block ends is known only once its symbols are decoded. Takes about 13 KiB; keep and
// reuse it. Not thread-safe.
class DeflateScanner {
 public:
  // The last block; no value unless `stream` is one whole stream that ends in its last byte. Never
  // reads outside of it. Does not check that the distances of matches stay within what precedes
  // them.
  std::optional<LastBlock> find_last_block(std::span<const std::byte> stream);

 private:
  bool skip_stored(DeflateBits& bits);
  bool read_dynamic_codes(DeflateBits& bits);
  bool use_fixed_codes();

  DeflateCode code_lengths_;
  DeflateSymbols symbols_;
  bool fixed_in_use_ = false;
};

}  // namespace layer
