// Zstandard frames, each compressed on its own.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

struct ZSTD_CCtx_s;

namespace layer {

// Makes frames (RFC 8878) that state their content's size and have neither checksum nor dictionary;
// a blob is frames and nothing else. To be reused, which changes no byte; one thread at a time.
class ZstdCompressor {
 public:
  explicit ZstdCompressor(int level);  // 1..19

  // Bytes that a frame of `size` bytes may take.
  static size_t bound(size_t size);
  // Compresses `data` into `out`, of at least bound() bytes; the bytes used.
  size_t compress_frame(std::span<const std::byte> data, std::span<std::byte> out);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

}  // namespace layer
