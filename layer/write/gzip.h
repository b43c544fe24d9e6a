// Makes a gzip blob: one member, put together from separately compressed deflate fragments.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "layer/write/deflate_blocks.h"

struct libdeflate_compressor;
struct libdeflate_decompressor;

namespace layer {

// A blob is kGzipHeader, fragments, GzipSplice::trailer(). A fragment is a run of whole deflate
// blocks, none of them final, that ends on a byte boundary and refers to nothing before it, so it
// may be part of any member. A blob has only one member, because several consumers of layers stop
// after the first.

// RFC 1952, section 2.3: no flags (old lazy pullers cannot skip the fields they announce), no time,
// no extra flags, operating system unknown.
inline constexpr std::array<std::byte, 10> kGzipHeader = {
    std::byte{0x1f}, std::byte{0x8b}, std::byte{8}, std::byte{0}, std::byte{0},
    std::byte{0},    std::byte{0},    std::byte{0}, std::byte{0}, std::byte{0xff}};

// Whether the data look like noise: compressed, encrypted or random bytes, which deflate hardly
// shrinks. Looks at 16 KiB of it, and at nothing else, so the same data always look the same. Data
// of less than 64 KiB never look like noise.
bool looks_like_noise(std::span<const std::byte> data);

// Makes fragments with libdeflate. What looks like noise is stored. Not thread-safe. Reusing it does
// not change the bytes.
class GzipCompressor {
 public:
  explicit GzipCompressor(int level);  // 1..12

  // The most bytes that a fragment of `size` bytes can take.
  size_t bound(size_t size) const;
  // Compresses `data` into `out`, which has at least bound() bytes; returns the number of bytes
  // used.
  size_t compress_fragment(std::span<const std::byte> data, std::span<std::byte> out);
  // The same two for a whole member (RFC 1952), of which a blob may have several.
  size_t member_bound(size_t size) const;
  size_t compress_member(std::span<const std::byte> data, std::span<std::byte> out);
  // The size of a member that compress_member() made of `size` bytes; 0 if `bytes` do not begin with
  // one.
  size_t member_size(std::span<const std::byte> bytes, size_t size);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  struct FreeDecompressor {
    void operator()(libdeflate_decompressor* decompressor) const;
  };

  libdeflate_compressor* compressor_for(std::span<const std::byte> data) const;

  std::unique_ptr<libdeflate_compressor, Free> compressor_;
  std::unique_ptr<libdeflate_compressor, Free> storer_;
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor_;  // once it is needed
  std::vector<std::byte> plain_;                                             // the same
  DeflateScanner scanner_;
};

// Computes the trailer of a member from its fragments.
class GzipSplice {
 public:
  // Adds a fragment; both values are of its plain data.
  void append(uint32_t crc, uint64_t size);
  // An empty final block (RFC 1951, section 3.2.6), CRC32 and ISIZE (RFC 1952, section 2.3.1).
  std::array<std::byte, 10> trailer() const;

 private:
  uint32_t crc_ = 0;
  uint64_t size_ = 0;
};

}  // namespace layer
