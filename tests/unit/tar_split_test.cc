// tar-split: the text that containers/storage reads. Its own reader judges whole layers elsewhere.
#include "layer/toc/tar_split.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "layer/base/crc64.h"
#include "layer/base/error.h"
#include "layer/toc/tar_parts.h"

namespace layer::tar_split_test {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST_CASE("CRC-64/GO-ISO: the check value of catalogues, at once and in two pieces") {
  CHECK(crc64_of(bytes_of("123456789")) == 0xb90956c775a41001);
  CHECK(crc64_of(bytes_of("56789"), crc64_of(bytes_of("1234"))) == 0xb90956c775a41001);
  CHECK(crc64_of({}) == 0);
}

TEST_CASE("tar-split: padding and the next header are one segment, a directory has no payload") {
  TarSplit split;
  split.add_bytes(bytes_of("dir header"));
  split.add_entry("d/", 0, 0);
  split.add_bytes(bytes_of("file "));
  split.add_bytes(bytes_of("header"));
  split.add_entry("d/\"\u00e9", 9, crc64_of(bytes_of("123456789")));
  split.add_bytes(bytes_of("padding"));
  split.add_bytes(bytes_of(" and end"));
  CHECK(split.finish() ==
        "{\"type\":2,\"payload\":\"ZGlyIGhlYWRlcg==\",\"position\":0}\n"
        "{\"type\":1,\"name\":\"d/\",\"payload\":null,\"position\":1}\n"
        "{\"type\":2,\"payload\":\"ZmlsZSBoZWFkZXI=\",\"position\":2}\n"
        "{\"type\":1,\"name\":\"d/\\\"\u00e9\",\"size\":9,\"payload\":\"uQlWx3WkEAE=\","
        "\"position\":3}\n"
        "{\"type\":2,\"payload\":\"cGFkZGluZyBhbmQgZW5k\",\"position\":4}\n");
}

TEST_CASE("tar-split: what follows the last entry is in several segments") {
  TarSplit split;
  split.add_bytes(bytes_of("header"));
  split.add_entry("a", 0, 0);
  const std::string zeros(size_t{1} << 20, '\0');
  size_t longest = 0;
  for (int i = 0; i < 20; ++i) {
    split.add_bytes(bytes_of(zeros));
    longest = std::max(longest, split.take().size());
  }
  CHECK(longest > 0);
  CHECK(longest < 4 * kLongestHeader);
  CHECK(split.finish().size() < 4 * kLongestHeader);
}

TEST_CASE("table of contents: no larger than readers take") {
  CHECK_NOTHROW(check_toc_size(uint64_t{150} << 20));
  CHECK_THROWS_WITH_AS(
      check_toc_size((uint64_t{150} << 20) + 1),
      "veneer: error: the table of contents of a layer has more than 150 MiB\n"
      "veneer: help: readers take no more: make more layers, or take another compression\n",
      Error);
}

}  // namespace
}  // namespace layer::tar_split_test
