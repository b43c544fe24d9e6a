// Decodes gzip by ISA-L and zstd by libzstd.
#include "oci/read/decoder.h"

#include <fmt/core.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/upper_registers.h"

namespace oci {
namespace {

constexpr size_t kOutBytes = size_t{1} << 18;

// RFC 1952, section 2.3.1.2: a reader must refuse a member that has one of them.
constexpr uint32_t kReservedFlags = 0xe0;

// Bytes of a header's file name, or comment, with the zero behind it: Go's compress/gzip, which is
// what engines read layers by, refuses a longer one.
constexpr size_t kMaxHeaderText = 512;

// How many bytes back a frame may refer to, as a power of two: what zstd itself reads without an
// option. Engines (klauspost/compress) read 2^29.
constexpr int kMaxWindowLog = 27;

const char* gzip_fault(int status) {
  switch (status) {
    case ISAL_NAME_OVERFLOW:
      return "a gzip header with a file name of 512 bytes or more, which Go's gzip, and so "
             "container "
             "engines, refuse";
    case ISAL_COMMENT_OVERFLOW:
      return "a gzip header with a comment of 512 bytes or more, which Go's gzip, and so container "
             "engines, refuse";
    case ISAL_INVALID_WRAPPER:
      return "no gzip header where a member begins";
    case ISAL_UNSUPPORTED_METHOD:
      return "an unknown gzip method";
    case ISAL_INCORRECT_CHECKSUM:
      return "wrong gzip checksum or length";
    case ISAL_INVALID_LOOKBACK:
      return "a DEFLATE distance reaches back before the start";
    case ISAL_INVALID_SYMBOL:
      return "an invalid DEFLATE code";
    default:
      return "an invalid DEFLATE block";
  }
}

class GzipDecoder : public Decoder {
 public:
  explicit GzipDecoder(std::string name)
      : name_(std::move(name)), out_(kOutBytes), state_(std::make_unique<inflate_state>()) {
    begin_member();
  }

  std::span<const std::byte> next(std::span<const std::byte>& input) override {
    while (true) {
      if (is_complete()) {
        if (input.empty()) return {};
        begin_member();
      }
      const size_t size = input.size();
      const std::span<const std::byte> plain = step(input);
      if (!plain.empty() || input.empty()) return plain;
      if (input.size() == size && !is_complete()) fail(gzip_fault(ISAL_INVALID_BLOCK));
    }
  }
  bool is_complete() const override { return state_->block_state == ISAL_BLOCK_FINISH; }

 private:
  void begin_member() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
    isal_gzip_header_init(&header_);
    header_.name = text_.data();
    header_.name_buf_len = static_cast<uint32_t>(text_.size());
    header_.comment = text_.data();
    header_.comment_buf_len = static_cast<uint32_t>(text_.size());
  }

  std::span<const std::byte> step(std::span<const std::byte>& input) {
    state_->next_in = reinterpret_cast<uint8_t*>(const_cast<std::byte*>(input.data()));
    state_->avail_in = static_cast<uint32_t>(input.size());
    state_->next_out = reinterpret_cast<uint8_t*>(out_.data());
    state_->avail_out = static_cast<uint32_t>(out_.size());
    int status = ISAL_DECOMP_OK;
    // isal_inflate() would forget the flags of a header in which its input ends.
    if (state_->wrapper_flag == 0) status = isal_read_gzip_header(state_.get(), &header_);
    if ((header_.flags & kReservedFlags) != 0) fail("unknown gzip flags");
    if (status == ISAL_DECOMP_OK) status = isal_inflate(state_.get());
    layer::clear_upper_registers();
    const bool is_too_long = status == ISAL_NAME_OVERFLOW || status == ISAL_COMMENT_OVERFLOW;
    if (status < 0 || is_too_long) fail(gzip_fault(status));
    input = input.last(state_->avail_in);
    return std::span(out_).first(out_.size() - state_->avail_out);
  }

  [[noreturn]] void fail(const char* why) const {
    throw layer::Error({name_}, fmt::format("is damaged: {}", why));
  }

  std::string name_;
  std::vector<std::byte> out_;
  std::unique_ptr<inflate_state> state_;
  isal_gzip_header header_{};
  std::array<char, kMaxHeaderText> text_{};  // of the name, then of the comment
};

class ZstdDecoder : public Decoder {
 public:
  explicit ZstdDecoder(std::string name)
      : name_(std::move(name)), out_(kOutBytes), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  }

  std::span<const std::byte> next(std::span<const std::byte>& input) override {
    do {
      ZSTD_inBuffer in{input.data(), input.size(), 0};
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      // Without input it would begin a frame that is not there.
      if (input.empty() && complete_) return {};
      look_at_magic(input);
      const size_t hint = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation) throw std::bad_alloc();
      if (ZSTD_isError(hint) != 0) fail(hint);
      complete_ = hint == 0;
      if (complete_) magic_size_ = 0;
      input = input.subspan(in.pos);
      if (out.pos > 0) return std::span(out_).first(out.pos);
    } while (!input.empty());
    return {};
  }
  bool is_complete() const override { return complete_; }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  // libzstd may have been built to read formats of its first versions, too, which no engine reads.
  void look_at_magic(std::span<const std::byte> input) {
    for (; magic_size_ < 4 && !input.empty(); input = input.subspan(1), ++magic_size_) {
      magic_ = magic_ >> 8U | std::to_integer<uint32_t>(input.front()) << 24U;
    }
    const bool is_frame = magic_ == ZSTD_MAGICNUMBER ||
                          (magic_ & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
    if (magic_size_ < 4 || is_frame) return;
    throw layer::Error({name_}, "is damaged: no zstd header where a frame begins");
  }

  [[noreturn]] void fail(size_t status) const {
    if (ZSTD_getErrorCode(status) != ZSTD_error_frameParameter_windowTooLarge) {
      throw layer::Error({name_}, fmt::format("is damaged: {}", ZSTD_getErrorName(status)));
    }
    throw layer::Error({name_},
                       fmt::format("has a zstd frame with a window of more than {} MiB, the limit "
                                   "of veneer and of zstd itself",
                                   (uint64_t{1} << kMaxWindowLog) >> 20U))
        .with_help(
            "whoever unpacks such a frame needs that much memory: have the layer compressed "
            "anew, with 'zstd --long=27' or less");
  }

  std::string name_;
  std::vector<std::byte> out_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  uint32_t magic_ = 0;  // of the frame at hand, as far as it was read
  int magic_size_ = 0;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_decoder(layer::Codec codec, std::string name) {
  if (codec == layer::Codec::kGzip) return std::make_unique<GzipDecoder>(std::move(name));
  if (codec == layer::Codec::kZstd) return std::make_unique<ZstdDecoder>(std::move(name));
  return nullptr;
}

}  // namespace oci
