// Compresses Zstandard frames, each on its own.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

struct ZSTD_CCtx_s;

namespace layer {

// Makes frames (RFC 8878) that state the size of their content and have neither checksum nor
// dictionary. A blob is frames and nothing else. Not thread-safe. Reusing it does not change the
// bytes.
class ZstdCompressor {
 public:
  explicit ZstdCompressor(int level);  // 1..19

  // The most bytes that a frame of `size` bytes can take.
  static size_t bound(size_t size);
  // Compresses `data` into `out`, which has at least bound() bytes; returns the number of bytes
  // used.
  size_t compress_frame(std::span<const std::byte> data, std::span<std::byte> out);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

}  // namespace layer
