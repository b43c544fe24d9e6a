// The codecs of layers: how each cuts and compresses frames, and its recipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "layer/toc/tar_parts.h"
#include "layer/write/frames.h"
#include "layer/write/gzip.h"
#include "layer/write/layer_writer.h"
#include "layer/write/zstd.h"

namespace layer {

// Everything, other than the plan and the files, that the bytes of a blob depend on, as one line:
// "gzip libdeflate:6605f961 level=6 frames=2", "zstd libzstd/1.5.4 level=3 frames=2", "none". The
// second word is that of codec_library(). A format with a table of contents adds a word:
// " estargz=1", " zstd:chunked=1".
std::string codec_recipe(Compression compression);

// How many bytes of tar a frame has at most, and whether the last one ends the tar.
FrameRule frame_rule(Compression compression);

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
  // The same for a layer with a table of contents: each stretch of the frame is a gzip member or a
  // zstd frame of its own. States in `parts` where each content is.
  PackedFrame pack_apart(std::span<const std::byte> tar, std::span<TarPart> parts,
                         std::span<std::byte> memory);
  // States that for a frame which was compressed before. That of gzip is unpacked for it. False if
  // the frame is damaged.
  bool locate(std::span<const std::byte> tar, std::span<const std::byte> packed,
              std::span<TarPart> parts);

 private:
  // How many bytes the compressed stretch takes that begins here, and is plainly `size` bytes; 0 if
  // there is none.
  size_t packed_size(std::span<const std::byte> packed, size_t size);

  const LayerFormat format_;
  std::variant<std::monostate, GzipCompressor, ZstdCompressor> compressor_;
};

}  // namespace layer
