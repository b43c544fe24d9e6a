// Decompresses by streams of zlib and libzstd over a blob.
#include "oci/read/decompress.h"

#include <fmt/core.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <vector>

namespace oci {
namespace {

constexpr size_t kOutBytes = size_t{1} << 18;
constexpr size_t kTarBlock = 512;

constexpr size_t kInBytes = size_t{1} << 18;

}  // namespace

// One compressed form.
class PlainStream::Decoder {
 public:
  virtual ~Decoder() = default;
  // What `input`, which is shortened by what was used, decodes to; nothing: more input is needed.
  virtual std::span<const std::byte> next(std::span<const std::byte>& input) = 0;
  virtual bool is_complete() const = 0;  // at the end of a member or frame
};

namespace {

class GzipDecoder : public PlainStream::Decoder {
 public:
  explicit GzipDecoder(std::string name) : name_(std::move(name)), out_(kOutBytes) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();  // 16: gzip, RFC 1952
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  std::span<const std::byte> next(std::span<const std::byte>& input) override {
    while (true) {
      if (complete_) {
        if (input.empty()) return {};
        if (inflateReset(&stream_) != Z_OK) throw std::bad_alloc();
        complete_ = false;
      }
      const std::span<const std::byte> plain = step(input);
      if (!plain.empty()) return plain;
      if (input.empty()) return {};
    }
  }
  bool is_complete() const override { return complete_; }

 private:
  std::span<const std::byte> step(std::span<const std::byte>& input) {
    stream_.next_in = reinterpret_cast<const Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    // Z_BUF_ERROR: no progress, because all input is used up.
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      throw layer::Error({name_},
                         fmt::format("is damaged: {}",
                                     stream_.msg == nullptr ? "invalid gzip data" : stream_.msg));
    }
    input = input.last(stream_.avail_in);
    complete_ = status == Z_STREAM_END;
    return std::span(out_).first(out_.size() - stream_.avail_out);
  }

  std::string name_;
  std::vector<std::byte> out_;
  z_stream stream_{};
  bool complete_ = false;
};

class ZstdDecoder : public PlainStream::Decoder {
 public:
  explicit ZstdDecoder(std::string name)
      : name_(std::move(name)), out_(kOutBytes), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }

  std::span<const std::byte> next(std::span<const std::byte>& input) override {
    do {
      ZSTD_inBuffer in{input.data(), input.size(), 0};
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      // Without input it would begin a frame that is not there.
      if (input.empty() && complete_) return {};
      const size_t hint = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation) throw std::bad_alloc();
      if (ZSTD_isError(hint) != 0) {
        throw layer::Error({name_}, fmt::format("is damaged: {}", ZSTD_getErrorName(hint)));
      }
      complete_ = hint == 0;
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

  std::string name_;
  std::vector<std::byte> out_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool complete_ = false;
};

// POSIX pax, "ustar Interchange Format": the checksum field, an octal number at offset 148, is the
// sum of all bytes of the header with the field itself taken as spaces.
bool is_tar_header(std::span<const std::byte> block) {
  const auto value = [&](size_t i) { return std::to_integer<unsigned>(block[i]); };
  unsigned sum = 0;
  for (size_t i = 0; i < kTarBlock; ++i) sum += i >= 148 && i < 156 ? unsigned{' '} : value(i);
  unsigned stated = 0;
  for (size_t i = 148; i < 156; ++i) {
    const unsigned c = value(i);
    if (c >= '0' && c <= '7') stated = stated * 8 + (c - '0');
  }
  return stated == sum;
}

// An archive of no entries is zeros, or nothing at all.
bool begins_as_tar(std::span<const std::byte> head) {
  if (std::all_of(head.begin(), head.end(), [](std::byte b) { return b == std::byte{}; })) {
    return true;
  }
  return head.size() == kTarBlock && is_tar_header(head);
}

}  // namespace

PlainStream::PlainStream(const Blob& blob, layer::Codec codec, UnpackBudget& budget)
    : blob_(blob), budget_(budget), in_(std::min<uint64_t>(blob.size(), kInBytes)) {
  if (codec == layer::Codec::kGzip) decoder_ = std::make_unique<GzipDecoder>(blob.name());
  if (codec == layer::Codec::kZstd) decoder_ = std::make_unique<ZstdDecoder>(blob.name());
}

PlainStream::~PlainStream() = default;

std::span<const std::byte> PlainStream::next() {
  const std::span<const std::byte> plain = decode_next();
  budget_.take(blob_, plain.size());
  return plain;
}

std::span<const std::byte> PlainStream::decode_next() {
  while (true) {
    if (decoder_) {
      const std::span<const std::byte> plain = decoder_->next(rest_);
      if (!plain.empty()) return plain;
    }
    if (position_ == blob_.size()) break;
    rest_ = std::span(in_).first(std::min<uint64_t>(blob_.size() - position_, in_.size()));
    blob_.read_at(position_, std::span(in_).first(rest_.size()));
    position_ += rest_.size();
    raw_.update(rest_);
    if (!decoder_) return rest_;
  }
  if (decoder_ && !decoder_->is_complete()) {
    throw layer::Error({blob_.name()}, "is cut short: its compressed stream does not end");
  }
  return {};
}

layer::Codec sniff_codec(const Blob& blob) {
  std::array<std::byte, 4> head{};
  blob.read_at(0, std::span(head).first(std::min<uint64_t>(head.size(), blob.size())));
  if (head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b}) return layer::Codec::kGzip;
  constexpr std::array kZstdMagic{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f},
                                  std::byte{0xfd}};
  return head == kZstdMagic ? layer::Codec::kZstd : layer::Codec::kNone;
}

void decompress(const Blob& blob, layer::Codec codec, UnpackBudget& budget, const ByteTaker& take) {
  PlainStream stream(blob, codec, budget);
  for (auto piece = stream.next(); !piece.empty(); piece = stream.next()) take(piece);
}

MeasuredLayer measure_layer(const Blob& blob, UnpackBudget& budget) {
  MeasuredLayer layer;
  layer.codec = sniff_codec(blob);
  layer.size = blob.size();
  PlainStream stream(blob, layer.codec, budget);
  layer::Sha256 plain;
  std::vector<std::byte> head;
  for (auto bytes = stream.next(); !bytes.empty(); bytes = stream.next()) {
    plain.update(bytes);
    layer.tar_size += bytes.size();
    const auto wanted = bytes.first(std::min(bytes.size(), kTarBlock - head.size()));
    head.insert(head.end(), wanted.begin(), wanted.end());
  }
  if (!begins_as_tar(head)) throw layer::Error({blob.name()}, "is not a tar, plain or compressed");
  layer.digest = stream.finish_raw_digest();
  layer.diff_id.digest = plain.finish();
  return layer;
}

}  // namespace oci
