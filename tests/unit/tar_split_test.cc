// tar-split: the text that containers/storage reads. Its own reader judges whole layers elsewhere.
#include "layer/toc/tar_split.h"

#include <doctest/doctest.h>

#include <span>
#include <string_view>

#include "layer/base/crc64.h"

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

}  // namespace
}  // namespace layer::tar_split_test
