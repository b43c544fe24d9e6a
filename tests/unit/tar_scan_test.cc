// Raw headers that libarchive lets through and engines refuse.
#include "oci/read/tar_scan.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "layer/base/error.h"

namespace oci::tar_scan_test {
namespace {

const std::string kZeros(512, '\0');

// POSIX ustar. TarScan leaves the checksum to libarchive.
std::string header(std::string_view name, char type, size_t size = 0, std::string_view link = {}) {
  std::string block(512, '\0');
  block.replace(0, name.size(), name);
  block.replace(124, 11, fmt::format("{:011o}", size));
  block[156] = type;
  block.replace(157, link.size(), link);
  block.replace(257, 5, "ustar");
  return block;
}

std::string padded(std::string_view content) {
  std::string text(content);
  text.resize((text.size() + 511) / 512 * 512);
  return text;
}

std::string extension(char type, std::string_view content) {
  return header("x", type, content.size()) + padded(content);
}

std::string pax(std::string_view key, std::string_view value) {
  const size_t rest = key.size() + value.size() + 3;
  size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return extension('x', fmt::format("{} {}={}\n", length, key, value));
}

// What is said of the tar, given in pieces of this size.
std::string refusal(std::string_view tar, size_t piece) {
  TarScan scan("layer");
  try {
    for (; !tar.empty(); tar.remove_prefix(std::min(piece, tar.size()))) {
      scan.update(std::as_bytes(std::span(tar.substr(0, piece))));
    }
  } catch (const layer::Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("tar scan: what engines refuse is an error that names the entry") {
  const std::string file = header("file", '0', 3) + padded("abc");
  const std::string nul("a\0b", 3);
  const struct Case {
    std::string tar;
    std::string_view message;
  } cases[] = {
      {file + kZeros + kZeros, ""},
      {file + kZeros + kZeros + file, ""},
      {file + kZeros + file, "layer: error: 'file' follows a block of zeros, which ends a tar\n"},
      {header("z", 'Z'),
       "layer: error: 'z' has the type 'Z', which container engines do not know\n"},
      {header("m", '0').replace(100, 4, std::string("\x80\0\0\1", 4)),
       "layer: error: 'm' has a mode that no file can have\n"},
      {header("m", '0').replace(100, 8, std::string(8, '\xff')),
       "layer: error: 'm' has a mode that no file can have\n"},
      {header("m", '0').replace(100, 8, std::string("\x80\0\0\0\0\0\1\xa4", 8)), ""},
      {header("h", '1'), "layer: error: 'h' is a link to nothing\n"},
      {header("s", '2'), "layer: error: 's' is a link to nothing\n"},
      {header("s", '2', 0, "file") + file + kZeros, ""},
      {pax("linkpath", "far") + header("s", '2') + file, ""},
      {extension('K', "far") + header("s", '2') + file, ""},
      {pax("linkpath", "far") + file + header("s", '2'),
       "layer: error: 's' is a link to nothing\n"},
      {pax("path", nul) + file, "layer: error: a pax header states a 'path' with a NUL byte\n"},
      {header("x", 'x', 2 << 20),
       "layer: error: 'x' is a pax header, or a long name, of more than 1 MiB\n"},
      {pax("size", "700") + header("s", '2', 0, "file"),
       "layer: error: 's' has no content, and its pax header states 700 bytes\n"},
      {pax("size", "700") + header("f", '0', 1) + std::string(1024, 'Z') + header("h", '1'),
       "layer: error: 'h' is a link to nothing\n"},
      {pax("path", "long/name") + header("short", 'Z'),
       "layer: error: 'long/name' has the type 'Z', which container engines do not know\n"},
      {extension('L', "long/name") + header("short", 'Z'),
       "layer: error: 'long/name' has the type 'Z', which container engines do not know\n"},
  };
  for (const Case& each : cases) {
    for (const size_t piece : {size_t{1}, size_t{700}, size_t{1} << 20}) {
      CHECK(refusal(each.tar, piece) == each.message);
    }
  }
}

}  // namespace
}  // namespace oci::tar_scan_test
