// Gives libzstd pieces of one size, whatever the sizes of what is appended.
#include "layer/toc/zstd_text.h"

#include <zstd.h>

#include <new>

#include "layer/base/zstd_result.h"

namespace layer {
namespace {

constexpr size_t kTextPiece = size_t{128} << 10;

}  // namespace

void ZstdText::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

ZstdText::ZstdText(int level) : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
  check_zstd(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level));
}

void ZstdText::append(std::string_view text) {
  plain_size_ += text.size();
  waiting_ += text;
  if (waiting_.size() >= kTextPiece) compress(false);
}

// Compresses what waits, in whole pieces unless it is the end.
void ZstdText::compress(bool is_end) {
  const size_t size = is_end ? waiting_.size() : waiting_.size() / kTextPiece * kTextPiece;
  ZSTD_inBuffer in{waiting_.data(), size, 0};
  size_t left = 1;
  while (in.pos < in.size || (is_end && left > 0)) {
    const size_t used = packed_.size();
    packed_.resize(used + ZSTD_CStreamOutSize());
    ZSTD_outBuffer out{packed_.data() + used, packed_.size() - used, 0};
    left = check_zstd(
        ZSTD_compressStream2(context_.get(), &out, &in, is_end ? ZSTD_e_end : ZSTD_e_continue));
    packed_.resize(used + out.pos);
  }
  waiting_.erase(0, size);
}

std::vector<std::byte> ZstdText::finish() {
  compress(true);
  return std::move(packed_);
}

}  // namespace layer
