// Compresses Zstandard frames, each on its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct ZSTD_CCtx_s;

namespace layer {

// Makes frames (RFC 8878) that state the size of their content and have neither checksum nor
// dictionary. A blob is frames and nothing else. Where matches may lie anywhere in a frame, long ones
// are looked for apart ("long distance matching"). Not thread-safe. Reusing it does not change the
// bytes.
class ZstdCompressor {
 public:
  // Whether matches may lie anywhere in a frame, or in the level's own window.
  enum class Matches : uint8_t { kAnywhere, kNear };

  explicit ZstdCompressor(int level, Matches matches = Matches::kAnywhere);  // 1..19

  // The most bytes that a frame of this level is to have, which a decoder must be able to keep:
  // 16 MiB up to level 3, 32 MiB above it. RFC 8878, section 3.1.1.1.2, recommends that decoders
  // keep at least 8 MiB; those of engines, and the zstd command as it is, keep 128 MiB or more.
  static size_t max_frame_size(int level);

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
