// Makes frames with libzstd on one thread each: libzstd's own threads would change the bytes.
#include "layer/write/zstd.h"

#include <fmt/core.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <new>
#include <stdexcept>

namespace layer {
namespace {

// What a decoder must be able to keep: RFC 8878, section 3.1.1.1.2, recommends 8 MiB. Level 19
// needs no more for frames of this size; the rule of frames must keep it so.
constexpr size_t kMaxWindow = size_t{8} << 20;

size_t check_zstd(size_t result) {
  if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
  if (ZSTD_isError(result) != 0) {
    throw std::logic_error(fmt::format("zstd: {}", ZSTD_getErrorName(result)));
  }
  return result;
}

}  // namespace

void ZstdCompressor::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

ZstdCompressor::ZstdCompressor(int level) : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
  check_zstd(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level));
  check_zstd(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_contentSizeFlag, 1));
  check_zstd(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 0));
}

size_t ZstdCompressor::bound(size_t size) {
  return ZSTD_compressBound(size);
}

size_t ZstdCompressor::compress_frame(std::span<const std::byte> data, std::span<std::byte> out) {
  if (data.size() > kMaxWindow) throw std::logic_error("zstd frame larger than its window");
  return check_zstd(
      ZSTD_compress2(context_.get(), out.data(), out.size(), data.data(), data.size()));
}

}  // namespace layer
