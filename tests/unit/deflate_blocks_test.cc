// The scan for the last deflate block, compared with zlib's inflate stopping at every block.
#include "layer/write/deflate_blocks.h"

#include <doctest/doctest.h>
#include <libdeflate.h>
#include <zlib.h>

#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace layer::deflate_blocks_test {
namespace {

// The last block as zlib sees it; nothing if zlib rejects the stream or has input left.
std::optional<LastBlock> last_block_by_zlib(std::span<const std::byte> stream) {
  z_stream z{};
  REQUIRE(inflateInit2(&z, -15) == Z_OK);
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&z, inflateEnd);
  std::string input(reinterpret_cast<const char*>(stream.data()), stream.size());
  z.next_in = reinterpret_cast<Bytef*>(input.data());
  z.avail_in = static_cast<uInt>(input.size());
  std::vector<Bytef> output(65536);
  LastBlock last;
  for (;;) {
    z.next_out = output.data();
    z.avail_out = static_cast<uInt>(output.size());
    const int status = inflate(&z, Z_BLOCK);
    const auto type = static_cast<unsigned>(z.data_type);
    if (status != Z_OK && status != Z_STREAM_END) return std::nullopt;
    if (status == Z_STREAM_END) {
      if (z.avail_in > 0) return std::nullopt;
      return last;
    }
    if ((type & 128) == 0) continue;
    const uint64_t position = 8 * uint64_t{z.total_in} - (type & 7);
    ((type & 64) != 0 ? last.end_bit : last.header_bit) = position;
  }
}

std::vector<std::byte> deflate_by_libdeflate(std::span<const std::byte> data, int level) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  std::vector<std::byte> out(libdeflate_deflate_compress_bound(compressor.get(), data.size()));
  out.resize(libdeflate_deflate_compress(compressor.get(), data.data(), data.size(), out.data(),
                                         out.size()));
  REQUIRE(!out.empty());
  return out;
}

std::vector<std::byte> deflate_by_zlib(std::span<const std::byte> data, int level, int strategy,
                                       int memory) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, level, Z_DEFLATED, -15, memory, strategy) == Z_OK);
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> guard(&z, deflateEnd);
  std::string input(reinterpret_cast<const char*>(data.data()), data.size());
  std::vector<std::byte> out(deflateBound(&z, static_cast<uLong>(data.size())));
  z.next_in = reinterpret_cast<Bytef*>(input.data());
  z.avail_in = static_cast<uInt>(input.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  return out;
}

enum class Kind { kZeros, kRandom, kText, kRecords, kSkewed, kMixed };
constexpr Kind kKinds[] = {Kind::kZeros,   Kind::kRandom, Kind::kText,
                           Kind::kRecords, Kind::kSkewed, Kind::kMixed};

std::vector<std::byte> make_data(Kind kind, size_t size, std::mt19937& random) {
  static const char* const kWords[] = {"import ",  "def ",  "self.",  "return ", "(",
                                       "):\n    ", "numpy", "x",      " = ",     "\"",
                                       "for ",     "in ",   "if not "};
  std::string data;
  data.reserve(size + 64);
  while (data.size() < size) {
    const Kind now = kind == Kind::kMixed ? kKinds[random() % 5] : kind;
    const size_t until =
        kind == Kind::kMixed ? std::min(size, data.size() + random() % 90000) : size;
    while (data.size() < until) {
      const unsigned r = static_cast<unsigned>(random());
      switch (now) {
        case Kind::kZeros:
          data.append(until - data.size(), '\0');
          break;
        case Kind::kRandom:
          data.push_back(static_cast<char>(r));
          break;
        case Kind::kText:
          data += kWords[r % std::size(kWords)];
          break;
        case Kind::kRecords:
          data.append(reinterpret_cast<const char*>(&r), 2);
          data.append("\0\0\1\0\x48\x89", 6);
          break;
        // A few codes far longer than the lookup table's index.
        case Kind::kSkewed:
          data.push_back(static_cast<char>(r == 0 ? 255 : __builtin_ctz(r) * 7));
          break;
        case Kind::kMixed:
          break;
      }
    }
  }
  data.resize(size);
  const auto* bytes = reinterpret_cast<const std::byte*>(data.data());
  return {bytes, bytes + size};
}

TEST_CASE("deflate scan: agrees with zlib on all that libdeflate makes" *
          doctest::test_suite("slow")) {
  std::mt19937 random(7);
  DeflateScanner scanner;
  for (const Kind kind : kKinds) {
    for (int level = 0; level <= 12; ++level) {
      std::vector<size_t> sizes = {
          0, 1, 2, 100, 1000, 5000 + random() % 5000, 20000 + random() % 60000};
      if (level <= 9) sizes.push_back(300000 + random() % 400000);
      for (const size_t size : sizes) {
        const std::vector<std::byte> stream =
            deflate_by_libdeflate(make_data(kind, size, random), level);
        CAPTURE(static_cast<int>(kind));
        CAPTURE(level);
        CAPTURE(size);
        const std::optional<LastBlock> expected = last_block_by_zlib(stream);
        REQUIRE(expected);
        CHECK((scanner.find_last_block(stream) == expected));
      }
    }
  }
}

TEST_CASE("deflate scan: agrees with zlib on a stream of many blocks" *
          doctest::test_suite("slow")) {
  std::mt19937 random(8);
  DeflateScanner scanner;
  for (const Kind kind : {Kind::kMixed, Kind::kText, Kind::kRandom}) {
    const std::vector<std::byte> data = make_data(kind, 5 << 20, random);
    for (const int level : {1, 6}) {
      const std::vector<std::byte> stream = deflate_by_libdeflate(data, level);
      CHECK((scanner.find_last_block(stream) == last_block_by_zlib(stream)));
    }
  }
}

TEST_CASE("deflate scan: agrees with zlib on all that zlib makes") {
  std::mt19937 random(9);
  DeflateScanner scanner;
  for (const Kind kind : kKinds) {
    for (const int strategy : {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
      for (const size_t size :
           {size_t{0}, size_t{10}, size_t{3000}, size_t{70000 + random() % 70000}}) {
        const int memory = 1 + static_cast<int>(random() % 9);  // small: many short blocks
        const std::vector<std::byte> stream =
            deflate_by_zlib(make_data(kind, size, random), 6, strategy, memory);
        CHECK((scanner.find_last_block(stream) == last_block_by_zlib(stream)));
      }
    }
  }
}

TEST_CASE("deflate scan: whatever a broken stream is, it stays inside it, and misses no good one" *
          doctest::test_suite("slow")) {
  std::mt19937 random(10);
  DeflateScanner scanner;
  size_t good = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::byte> stream = deflate_by_libdeflate(
        make_data(kKinds[random() % 6], random() % 20000, random), 1 + round % 9);
    if (random() % 4 == 0) stream.resize(random() % stream.size());
    for (unsigned flips = random() % 4; flips > 0 && !stream.empty(); --flips) {
      stream[random() % stream.size()] ^= std::byte{1} << static_cast<int>(random() % 8);
    }
    // An allocation of the exact size, so that AddressSanitizer sees a read past its end.
    const auto exact = std::make_unique<std::byte[]>(stream.size());
    std::memcpy(exact.get(), stream.data(), stream.size());
    const auto found = scanner.find_last_block({exact.get(), stream.size()});
    const auto expected = last_block_by_zlib(stream);
    if (!expected) continue;
    ++good;
    CHECK((found == expected));
  }
  CHECK(good > 300);
}

TEST_CASE("deflate scan: what is no whole stream is refused") {
  DeflateScanner scanner;
  std::mt19937 random(11);
  std::vector<std::byte> stream = deflate_by_libdeflate(make_data(Kind::kText, 50000, random), 6);
  CHECK(scanner.find_last_block(stream));
  CHECK_FALSE(scanner.find_last_block(std::span(stream).first(stream.size() - 1)));
  CHECK_FALSE(scanner.find_last_block(std::span(stream).first(stream.size() / 2)));
  CHECK_FALSE(scanner.find_last_block({}));
  stream.push_back(std::byte{0});
  CHECK_FALSE(scanner.find_last_block(stream));
  const std::byte reserved_type[] = {std::byte{7}, std::byte{0}};
  CHECK_FALSE(scanner.find_last_block(reserved_type));
}

}  // namespace
}  // namespace layer::deflate_blocks_test
