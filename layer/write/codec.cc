// The codecs: names, levels, recipes, and the compressor of each.
#include "layer/write/codec.h"

#include <fmt/core.h>

#include <stdexcept>

#include "layer/base/crc32.h"
#include "layer/write/codec_library.h"

namespace layer {

int default_level(Codec codec) {
  switch (codec) {
    case Codec::kNone:
      return 0;
    case Codec::kGzip:
      return 6;
    case Codec::kZstd:
      return 3;
  }
  throw std::logic_error("codec out of range");
}

std::string_view codec_name(Codec codec) {
  switch (codec) {
    case Codec::kNone:
      return "none";
    case Codec::kGzip:
      return "gzip";
    case Codec::kZstd:
      return "zstd";
  }
  throw std::logic_error("codec out of range");
}

std::string codec_recipe(Compression compression) {
  const std::string_view name = codec_name(compression.codec);
  if (compression.codec == Codec::kNone) return std::string(name);
  return fmt::format("{} {} level={} frames={}", name, codec_library(compression),
                     compression.level, kFrameRuleVersion);
}

uint64_t max_frame_size(Compression compression) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  if (compression.codec == Codec::kZstd) return ZstdCompressor::max_frame_size(compression.level);
  return kMiB;
}

FrameCompressor::FrameCompressor(Compression compression) {
  switch (compression.codec) {
    case Codec::kNone:
      break;
    case Codec::kGzip:
      compressor_.emplace<GzipCompressor>(compression.level);
      break;
    case Codec::kZstd:
      compressor_.emplace<ZstdCompressor>(compression.level);
      break;
  }
}

size_t FrameCompressor::bound(size_t size) const {
  if (const auto* gzip = std::get_if<GzipCompressor>(&compressor_)) return gzip->bound(size);
  if (std::holds_alternative<ZstdCompressor>(compressor_)) return ZstdCompressor::bound(size);
  return 0;
}

PackedFrame FrameCompressor::pack(std::span<const std::byte> tar, std::span<std::byte> memory) {
  if (auto* gzip = std::get_if<GzipCompressor>(&compressor_)) {
    return {memory.first(gzip->compress_fragment(tar, memory)), crc32_of(tar)};
  }
  if (auto* zstd = std::get_if<ZstdCompressor>(&compressor_)) {
    return {memory.first(zstd->compress_frame(tar, memory))};
  }
  return {tar};
}

}  // namespace layer
