// The codecs of layers: how each cuts and compresses frames, and its recipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "layer/write/frames.h"
#include "layer/write/gzip.h"
#include "layer/write/layer_writer.h"
#include "layer/write/zstd.h"

namespace layer {

// Everything, other than the plan and the files, that the bytes of a blob depend on, as one line:
// "gzip libdeflate:6605f961 level=6 frames=2", "zstd libzstd/1.5.4 level=3 frames=2", "none". The
// second word is that of codec_library().
std::string codec_recipe(Compression compression);

// How many bytes of tar a frame has at most; see cut_frames().
uint64_t max_frame_size(Compression compression);

// A frame as it is in the blob, and the CRC-32 of its plain bytes (0 unless the codec is gzip). The
// caller owns the bytes.
struct PackedFrame {
  std::span<const std::byte> bytes;
  uint32_t crc = 0;
};

// Compresses frames. Not thread-safe. Reusing it does not change the bytes of frames.
class FrameCompressor {
 public:
  explicit FrameCompressor(Compression compression);

  // How many bytes of memory pack() needs for a frame of `size` bytes.
  size_t bound(size_t size) const;
  // Compresses a frame. The result is in `memory`; without a codec it is `tar` itself.
  PackedFrame pack(std::span<const std::byte> tar, std::span<std::byte> memory);

 private:
  std::variant<std::monostate, GzipCompressor, ZstdCompressor> compressor_;
};

}  // namespace layer
