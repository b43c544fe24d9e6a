// The codecs: names, levels, recipes, and the compressor of each.
#include "layer/write/codec.h"

#include <fmt/core.h>

#include <stdexcept>

#include "layer/base/crc32.h"
#include "layer/toc/zstd_chunked.h"
#include "layer/write/codec_library.h"
#include "layer/write/estargz.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

// States where a compressed stretch is, if it begins with a content.
void place_content(size_t begin, size_t size, TarPart* content) {
  if (content == nullptr) return;
  content->packed_begin = begin;
  content->packed_end = begin + size;
}

Stretches stretches_of(LayerFormat format) {
  return format == LayerFormat::kEstargz ? Stretches::kFromContents : Stretches::kContents;
}

}  // namespace

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

std::string_view compression_name(Compression compression) {
  switch (compression.format) {
    case LayerFormat::kTar:
      return codec_name(compression.codec);
    case LayerFormat::kEstargz:
      return "estargz";
    case LayerFormat::kZstdChunked:
      return "zstd:chunked";
  }
  throw std::logic_error("format out of range");
}

std::string codec_recipe(Compression compression) {
  const std::string_view name = codec_name(compression.codec);
  if (compression.codec == Codec::kNone) return std::string(name);
  std::string recipe = fmt::format("{} {} level={} frames={}", name, codec_library(compression),
                                   compression.level, kFrameRuleVersion);
  if (compression.has_toc()) {
    const bool is_estargz = compression.format == LayerFormat::kEstargz;
    recipe += fmt::format(" {}={}", compression_name(compression),
                          is_estargz ? kEstargzVersion : kZstdChunkedVersion);
  }
  return recipe;
}

FrameRule frame_rule(Compression compression) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  switch (compression.format) {
    case LayerFormat::kTar:
      break;
    case LayerFormat::kEstargz:
      return {kMiB, TarEnd::kInNoFrame};
    case LayerFormat::kZstdChunked:  // a reader gets all of a piece, or nothing
      return {4 * kMiB};
  }
  if (compression.codec == Codec::kZstd) return {ZstdCompressor::max_frame_size(compression.level)};
  return {kMiB};
}

FrameCompressor::FrameCompressor(Compression compression) : format_(compression.format) {
  using Matches = ZstdCompressor::Matches;
  switch (compression.codec) {
    case Codec::kNone:
      break;
    case Codec::kGzip:
      compressor_.emplace<GzipCompressor>(compression.level);
      break;
    case Codec::kZstd:
      compressor_.emplace<ZstdCompressor>(
          compression.level, compression.has_toc() ? Matches::kNear : Matches::kAnywhere);
      break;
  }
}

size_t FrameCompressor::bound(size_t size) const {
  // Each stretch but the last has a header or a content: a block, or more.
  const size_t more = format_ == LayerFormat::kTar ? 0 : size / kTarBlock;
  if (const auto* gzip = std::get_if<GzipCompressor>(&compressor_)) {
    if (format_ == LayerFormat::kTar) return gzip->bound(size);
    return gzip->member_bound(size) + more * gzip->member_bound(0);
  }
  if (std::holds_alternative<ZstdCompressor>(compressor_)) {
    return ZstdCompressor::bound(size) + more * ZstdCompressor::bound(0);
  }
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

PackedFrame FrameCompressor::pack_apart(std::span<const std::byte> tar, std::span<TarPart> parts,
                                        std::span<std::byte> memory) {
  // A blob has to begin with a frame that no reader passes over. That of gzip has a table in its tar.
  if (tar.empty() && format_ == LayerFormat::kZstdChunked) return pack(tar, memory);
  size_t used = 0;
  for_each_stretch(
      tar, parts, stretches_of(format_), [&](std::span<const std::byte> stretch, TarPart* content) {
        const std::span<std::byte> out = memory.subspan(used);
        auto* gzip = std::get_if<GzipCompressor>(&compressor_);
        const size_t size =
            gzip != nullptr ? gzip->compress_member(stretch, out)
                            : std::get<ZstdCompressor>(compressor_).compress_frame(stretch, out);
        place_content(used, size, content);
        used += size;
      });
  return {memory.first(used)};
}

size_t FrameCompressor::packed_size(std::span<const std::byte> packed, size_t size) {
  auto* gzip = std::get_if<GzipCompressor>(&compressor_);
  return gzip != nullptr ? gzip->member_size(packed, size) : zstd_frame_size(packed);
}

bool FrameCompressor::locate(std::span<const std::byte> tar, std::span<const std::byte> packed,
                             std::span<TarPart> parts) {
  size_t at = 0;
  bool is_whole = true;
  for_each_stretch(tar, parts, stretches_of(format_),
                   [&](std::span<const std::byte> stretch, TarPart* content) {
                     const size_t size = packed_size(packed.subspan(at), stretch.size());
                     is_whole = is_whole && size > 0;
                     place_content(at, size, content);
                     at += size;
                   });
  return is_whole && at == packed.size();
}

}  // namespace layer
