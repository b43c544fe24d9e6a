// Makes frames with libzstd on one thread each: libzstd's own threads would change the bytes.
#include "layer/write/zstd.h"

#include <zstd.h>

#include <new>

#include "layer/base/zstd_result.h"

namespace layer {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

// The shortest match that is looked for in the whole frame, in bytes. A level that compresses fast
// misses shorter ones. One that looks at more candidates finds better matches itself, and a long
// match that was found before takes their place. Measured, with the frames' sizes, by
// bench/levels.py.
int shortest_long_match(int level) {
  if (level <= 4) return 32;
  return level <= 6 ? 64 : 128;
}

}  // namespace

void ZstdCompressor::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

ZstdCompressor::ZstdCompressor(int level, Matches matches) : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
  const auto set = [this](ZSTD_cParameter parameter, int value) {
    check_zstd(ZSTD_CCtx_setParameter(context_.get(), parameter, value));
  };
  set(ZSTD_c_compressionLevel, level);
  set(ZSTD_c_contentSizeFlag, 1);
  set(ZSTD_c_checksumFlag, 0);
  if (matches == Matches::kNear) return;
  set(ZSTD_c_enableLongDistanceMatching, 1);
  set(ZSTD_c_ldmMinMatch, shortest_long_match(level));
}

size_t ZstdCompressor::max_frame_size(int level) {
  return (level <= 3 ? 16 : 32) * kMiB;
}

size_t ZstdCompressor::bound(size_t size) {
  return ZSTD_compressBound(size);
}

size_t ZstdCompressor::compress_frame(std::span<const std::byte> data, std::span<std::byte> out) {
  return check_zstd(
      ZSTD_compress2(context_.get(), out.data(), out.size(), data.data(), data.size()));
}

}  // namespace layer
