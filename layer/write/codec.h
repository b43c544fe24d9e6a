// What differs between the codecs of layers: how frames are compressed and cut.
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

// Everything that the bytes of a blob depend on beside the plan and the files, as one line:
// "gzip libdeflate:6605f961 level=6 frames=1", "zstd libzstd/1.5.4 level=3 frames=1", "none". For the
// second word see codec_library().
std::string recipe(Compression compression);

// How layers are cut for a codec.
FrameRule frame_rule(Codec codec);

// A frame as it stands in the blob, in the caller's memory, and the CRC-32 of its plain bytes (0
// unless the codec is gzip).
struct PackedFrame {
  std::span<const std::byte> bytes;
  uint32_t crc = 0;
};

// Compresses frames; one thread at a time. To be reused, which changes no byte.
class FrameCompressor {
 public:
  explicit FrameCompressor(Compression compression);

  // Bytes of memory that pack() needs for a frame of `size` bytes.
  size_t bound(size_t size) const;
  // The result lies in `memory`, or is `tar` itself where nothing compresses it.
  PackedFrame pack(std::span<const std::byte> tar, std::span<std::byte> memory);

 private:
  std::variant<std::monostate, GzipCompressor, ZstdCompressor> compressor_;
};

}  // namespace layer
