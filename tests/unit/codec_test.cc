// Gzip fragments and zstd frames, judged by the decoders of three libraries.
#include "layer/write/codec.h"

#include <doctest/doctest.h>
#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace layer::codec_test {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string make_text(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) {
    if (random() % 8 == 0) {
      text.push_back(static_cast<char>(random()));
    } else {
      text += std::to_string(random() % 1000);
    }
  }
  text.resize(size);
  return text;
}

// Decodes one member by zlib; `rest` is what it leaves.
std::string gunzip_by_zlib(std::string member, size_t size, size_t& rest) {
  z_stream z{};
  REQUIRE(inflateInit2(&z, 31) == Z_OK);
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&z, inflateEnd);
  std::string text(size + 1, '\0');
  z.next_in = reinterpret_cast<Bytef*>(member.data());
  z.avail_in = static_cast<uInt>(member.size());
  z.next_out = reinterpret_cast<Bytef*>(text.data());
  z.avail_out = static_cast<uInt>(text.size());
  REQUIRE(inflate(&z, Z_FINISH) == Z_STREAM_END);
  rest = z.avail_in;
  text.resize(z.total_out);
  return text;
}

std::string gunzip_by_libdeflate(const std::string& member, size_t size) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>
      decompressor(libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  std::string text(size, '\0');
  REQUIRE(libdeflate_gzip_decompress(decompressor.get(), member.data(), member.size(), text.data(),
                                     text.size(), nullptr) == LIBDEFLATE_SUCCESS);
  return text;
}

std::vector<size_t> frame_sizes() {
  return {512, 1, 0, 70000, 1 << 20, 13, 300001, 5000, 1024};
}

TEST_CASE("gzip: spliced fragments are one member, at every level" * doctest::test_suite("slow")) {
  for (int level = 1; level <= 12; ++level) {
    FrameCompressor compressor({Codec::kGzip, level});
    GzipSplice splice;
    std::string plain;
    std::string member = text_of(kGzipHeader);
    unsigned seed = 0;
    for (const size_t size : frame_sizes()) {
      const std::string text = make_text(size, ++seed);
      std::vector<std::byte> memory(compressor.bound(size));
      const PackedFrame packed = compressor.pack(bytes_of(text), memory);
      splice.append(packed.crc, size);
      member += text_of(packed.bytes);
      plain += text;
    }
    member += text_of(splice.trailer());
    size_t rest = 1;
    CHECK((gunzip_by_zlib(member, plain.size(), rest) == plain));
    CHECK(rest == 0);
    CHECK((gunzip_by_libdeflate(member, plain.size()) == plain));
  }
}

TEST_CASE("gzip: a fragment may stand after any other") {
  FrameCompressor compressor({Codec::kGzip, 6});
  const std::string text = make_text(4000, 1);
  std::vector<std::byte> memory(compressor.bound(text.size()));
  const PackedFrame packed = compressor.pack(bytes_of(text), memory);
  std::string member = text_of(kGzipHeader);
  GzipSplice splice;
  for (int i = 0; i < 3; ++i) {
    member += text_of(packed.bytes);
    splice.append(packed.crc, text.size());
  }
  member += text_of(splice.trailer());
  CHECK((gunzip_by_libdeflate(member, 3 * text.size()) == text + text + text));
}

std::string make_noise(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string noise(size, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

TEST_CASE("gzip: noise is told from what can be compressed") {
  const std::string noise = make_noise(1 << 20, 1);
  CHECK(looks_like_noise(bytes_of(noise)));
  CHECK(looks_like_noise(bytes_of(std::string_view(noise).substr(0, 1 << 16))));
  CHECK_FALSE(looks_like_noise(bytes_of(std::string_view(noise).substr(0, (1 << 16) - 1))));
  CHECK_FALSE(looks_like_noise(bytes_of(make_text(1 << 20, 1))));
  CHECK_FALSE(looks_like_noise(bytes_of(std::string(1 << 20, '\0'))));
  // Zeros between noise.
  std::string mixed = noise;
  const auto blank = [&](size_t every) {
    for (size_t i = 0; i < mixed.size(); i += every) mixed[i] = 0;
  };
  blank(100);
  CHECK(looks_like_noise(bytes_of(mixed)));
  blank(40);
  CHECK_FALSE(looks_like_noise(bytes_of(mixed)));
}

TEST_CASE("gzip: noise is stored, and a part of a member as any other fragment") {
  FrameCompressor compressor({Codec::kGzip, 6});
  std::string plain;
  std::string member = text_of(kGzipHeader);
  GzipSplice splice;
  for (const std::string& part : {make_text(70000, 1), make_noise(1 << 20, 2), make_text(9, 3),
                                  make_noise(70001, 4), make_noise(1 << 16, 5)}) {
    std::vector<std::byte> memory(compressor.bound(part.size()));
    const PackedFrame packed = compressor.pack(bytes_of(part), memory);
    if (looks_like_noise(bytes_of(part))) {
      CHECK(text_of(packed.bytes).find(part.substr(100, 60000)) != std::string::npos);
    }
    splice.append(packed.crc, part.size());
    member += text_of(packed.bytes);
    plain += part;
  }
  member += text_of(splice.trailer());
  size_t rest = 1;
  CHECK((gunzip_by_zlib(member, plain.size(), rest) == plain));
  CHECK(rest == 0);
  CHECK((gunzip_by_libdeflate(member, plain.size()) == plain));
  GzipCompressor alone(6);
  const std::string noise = make_noise(1 << 17, 6);
  std::vector<std::byte> memory(alone.member_bound(noise.size()));
  const size_t size = alone.compress_member(bytes_of(noise), memory);
  CHECK((gunzip_by_libdeflate(text_of(std::span(memory).first(size)), noise.size()) == noise));
  CHECK(alone.member_size(memory, noise.size()) == size);
}

TEST_CASE("zstd: frames state their size, have no checksum and a window of 8 MiB at most" *
          doctest::test_suite("slow")) {
  const std::string text = make_text(4 << 20, 2);
  for (const int level : {1, 3, 9, 19}) {
    FrameCompressor compressor({Codec::kZstd, level});
    for (const size_t size :
         {size_t{512}, size_t{100000}, level == 19 ? size_t{1} << 20 : text.size()}) {
      const std::string_view plain = std::string_view(text).substr(0, size);
      std::vector<std::byte> memory(compressor.bound(size));
      const PackedFrame packed = compressor.pack(bytes_of(plain), memory);
      // RFC 8878, section 3.1.1.1: the frame header descriptor follows the magic number.
      const unsigned descriptor = std::to_integer<unsigned>(packed.bytes[4]);
      CHECK((descriptor & 4) == 0);  // Content_Checksum_flag
      CHECK((descriptor & 3) == 0);  // Dictionary_ID_flag
      CHECK(ZSTD_getFrameContentSize(packed.bytes.data(), packed.bytes.size()) == size);
      const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                         ZSTD_freeDCtx);
      REQUIRE(ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23)) == 0);
      std::string back(size, '\0');
      // A streaming decode, which the window bounds.
      ZSTD_inBuffer in{packed.bytes.data(), packed.bytes.size(), 0};
      ZSTD_outBuffer out{back.data(), back.size(), 0};
      while (out.pos < out.size) {
        const size_t result = ZSTD_decompressStream(context.get(), &out, &in);
        REQUIRE_MESSAGE(ZSTD_isError(result) == 0, ZSTD_getErrorName(result));
        if (result == 0) break;
      }
      CHECK((back == plain));
      CHECK(in.pos == in.size);
    }
  }
}

TEST_CASE("codecs: a compressor used before gives the bytes of a new one" *
          doctest::test_suite("slow")) {
  for (const Compression compression :
       {Compression{Codec::kGzip, 1}, Compression{Codec::kGzip, 6}, Compression{Codec::kGzip, 9},
        Compression{Codec::kZstd, 1}, Compression{Codec::kZstd, 3}, Compression{Codec::kZstd, 9}}) {
    FrameCompressor used(compression);
    unsigned seed = 0;
    for (const size_t size : frame_sizes()) {
      const std::string text = make_text(size, ++seed);
      std::vector<std::byte> memory(used.bound(size));
      FrameCompressor fresh(compression);
      std::vector<std::byte> fresh_memory(fresh.bound(size));
      CHECK((text_of(used.pack(bytes_of(text), memory).bytes) ==
             text_of(fresh.pack(bytes_of(text), fresh_memory).bytes)));
    }
  }
}

TEST_CASE("codecs: names and recipes") {
  CHECK(codec_name(Codec::kGzip) == "gzip");
  CHECK(default_level(Codec::kGzip) == 6);
  CHECK(default_level(Codec::kZstd) == 3);
  CHECK(codec_recipe({Codec::kNone, 0}) == "none");
  CHECK(codec_recipe({Codec::kGzip, 6}) == "gzip libdeflate:6605f961 level=6 frames=3");
  CHECK(codec_recipe({Codec::kGzip, 6, LayerFormat::kEstargz}) ==
        "gzip libdeflate:6605f961 level=6 frames=3 estargz=1");
  CHECK(codec_recipe({Codec::kZstd, 3}) ==
        std::string("zstd libzstd/") + ZSTD_versionString() + " level=3 frames=3");
}

}  // namespace
}  // namespace layer::codec_test
