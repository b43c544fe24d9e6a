// zlib and libzstd streams over a blob.
#include "oci/decompress.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <vector>

namespace oci {
namespace {

constexpr size_t kOutBytes = size_t{1} << 18;
constexpr size_t kTarBlock = 512;

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual void feed(std::span<const std::byte> bytes, const ByteTaker& take) = 0;
  virtual bool is_complete() const = 0;  // at the end of a member or frame
};

class GzipDecoder : public Decoder {
 public:
  explicit GzipDecoder(std::string name) : name_(std::move(name)), out_(kOutBytes) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();  // 16: gzip, RFC 1952
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  void feed(std::span<const std::byte> bytes, const ByteTaker& take) override {
    stream_.next_in = reinterpret_cast<const Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    bool more = true;
    while (stream_.avail_in > 0 || more) {
      if (complete_) {
        if (stream_.avail_in == 0) return;
        if (inflateReset(&stream_) != Z_OK) throw std::bad_alloc();
        complete_ = false;
      }
      more = step(take);
    }
  }
  bool is_complete() const override { return complete_; }

 private:
  // Whether there may be more output without more input.
  bool step(const ByteTaker& take) {
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    // Z_BUF_ERROR: no progress, because all input is used up.
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      throw layer::Error(
          {name_}, fmt::format("is damaged: {}", stream_.msg == nullptr ? "gzip" : stream_.msg));
    }
    take(std::span(out_).first(out_.size() - stream_.avail_out));
    complete_ = status == Z_STREAM_END;
    return stream_.avail_out == 0;
  }

  std::string name_;
  std::vector<std::byte> out_;
  z_stream stream_{};
  bool complete_ = false;
};

class ZstdDecoder : public Decoder {
 public:
  explicit ZstdDecoder(std::string name)
      : name_(std::move(name)), out_(kOutBytes), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }

  void feed(std::span<const std::byte> bytes, const ByteTaker& take) override {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    bool more = true;
    while (input.pos < input.size || more) {
      ZSTD_outBuffer output{out_.data(), out_.size(), 0};
      const size_t hint = ZSTD_decompressStream(stream_.get(), &output, &input);
      if (ZSTD_isError(hint) != 0) {
        throw layer::Error({name_}, fmt::format("is damaged: {}", ZSTD_getErrorName(hint)));
      }
      take(std::span(out_).first(output.pos));
      complete_ = hint == 0;
      more = output.pos == output.size && !complete_;
    }
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

// Hands over the bytes as they are to `take_raw`, and the plain ones to `take_plain`.
void stream(const Blob& blob, layer::Codec codec, const ByteTaker& take_raw,
            const ByteTaker& take_plain) {
  std::unique_ptr<Decoder> decoder;
  if (codec == layer::Codec::kGzip) decoder = std::make_unique<GzipDecoder>(blob.name());
  if (codec == layer::Codec::kZstd) decoder = std::make_unique<ZstdDecoder>(blob.name());
  read_all(blob, [&](std::span<const std::byte> piece) {
    take_raw(piece);
    if (decoder) {
      decoder->feed(piece, take_plain);
    } else {
      take_plain(piece);
    }
  });
  if (decoder && !decoder->is_complete()) {
    throw layer::Error({blob.name()}, "is cut short: its compressed stream does not end");
  }
}

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

layer::Codec sniff_codec(const Blob& blob) {
  std::array<std::byte, 4> head{};
  blob.read_at(0, std::span(head).first(std::min<uint64_t>(head.size(), blob.size())));
  if (head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b}) return layer::Codec::kGzip;
  constexpr std::array kZstdMagic{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f},
                                  std::byte{0xfd}};
  return head == kZstdMagic ? layer::Codec::kZstd : layer::Codec::kNone;
}

void decompress(const Blob& blob, layer::Codec codec, const ByteTaker& take) {
  stream(
      blob, codec, [](std::span<const std::byte>) {}, take);
}

MeasuredLayer measure_layer(const Blob& blob) {
  MeasuredLayer layer;
  layer.codec = sniff_codec(blob);
  layer.size = blob.size();
  layer::Sha256 raw;
  layer::Sha256 plain;
  std::vector<std::byte> head;
  stream(
      blob, layer.codec, [&](std::span<const std::byte> bytes) { raw.update(bytes); },
      [&](std::span<const std::byte> bytes) {
        plain.update(bytes);
        layer.tar_size += bytes.size();
        const auto wanted = bytes.first(std::min(bytes.size(), kTarBlock - head.size()));
        head.insert(head.end(), wanted.begin(), wanted.end());
      });
  if (!begins_as_tar(head)) throw layer::Error({blob.name()}, "is not a tar, plain or compressed");
  layer.digest = raw.finish();
  layer.diff_id.digest = plain.finish();
  return layer;
}

}  // namespace oci
