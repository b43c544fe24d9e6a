// Raw headers that libarchive lets through and engines refuse.
#include "oci/tar/tar_scan.h"

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

std::string summed(std::string block) {
  block.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  return block.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
}

// POSIX ustar.
std::string header(std::string_view name, char type, size_t size = 0, std::string_view link = {}) {
  std::string block(512, '\0');
  block.replace(0, name.size(), name);
  block.replace(124, 11, fmt::format("{:011o}", size));
  block[156] = type;
  block.replace(157, link.size(), link);
  block.replace(257, 5, "ustar");
  return summed(block);
}

// A file whose header has these bytes there.
std::string with(size_t at, std::string_view bytes, char type = '0') {
  return summed(header("f", type).replace(at, bytes.size(), bytes));
}

std::string padded(std::string_view content) {
  std::string text(content);
  text.resize((text.size() + 511) / 512 * 512);
  return text;
}

std::string extension(char type, std::string_view content) {
  return header("x", type, content.size()) + padded(content);
}

std::string pax(std::string_view key, std::string_view value, char type = 'x') {
  const size_t rest = key.size() + value.size() + 3;
  size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return extension(type, fmt::format("{} {}={}\n", length, key, value));
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
      {with(100, std::string_view("\x80\0\0\1", 4)),
       "layer: error: 'f' has a mode that no file can have\n"},
      {with(100, std::string(8, '\xff')), "layer: error: 'f' has a mode that no file can have\n"},
      {with(100, std::string_view("\x80\0\0\0\0\0\1\xa4", 8)), ""},
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

// What is said of one entry that the tar begins with, its position left out.
std::string said(const std::string& tar) {
  const std::string text = refusal(tar + kZeros, 512);
  return text.empty() ? text : text.substr(14, text.size() - 15);
}

TEST_CASE("tar scan: a number with any other character in it is refused, wherever it stands") {
  const struct Field {
    size_t at;
    std::string_view name;
  } fields[] = {{100, "mode"},  {108, "uid"},      {116, "gid"},     {124, "size"},
                {136, "mtime"}, {329, "devmajor"}, {337, "devminor"}};
  for (const Field& field : fields) {
    const std::string message = fmt::format("'f' has a header whose {} is no number", field.name);
    for (const std::string_view bytes : {"zz", "-1", "+1", "0000008", "\t000644", "00 0001"}) {
      CAPTURE(bytes);
      CHECK(said(with(field.at, bytes)) == message);
    }
    CHECK(said(with(field.at, std::string_view("\0 000000", 8))) == "");
  }
  for (const std::string_view value :
       {"12x", " 12", "0x10", "1.5", "+-1", "99999999999999999999"}) {
    for (const std::string_view key : {"uid", "gid", "size"}) {
      CHECK(said(pax(key, value) + header("f", '0')) ==
            fmt::format("'f' has a pax header whose '{}' is no number: '{}'", key, value));
    }
  }
  for (const std::string_view value : {"1.5x", ".5", "x", " 1", "1e3", "99999999999999999999"}) {
    for (const std::string_view key : {"mtime", "atime", "ctime"}) {
      CHECK(said(pax(key, value) + header("f", '0')) ==
            fmt::format("'f' has a pax header whose '{}' is no time: '{}'", key, value));
    }
  }
  CHECK(said(pax("uid", "+12") + pax("mtime", "-1.5") + header("f", '0')) == "");
}

TEST_CASE("tar scan: records of a pax header are whole, also of a global one") {
  for (const char type : {'x', 'g'}) {
    for (const std::string_view record :
         {"99 path=x\n", "10 pathxx\n", "9 path=xx", "10xpath=x\n", " 11 path=x\n", "5 =x\n"}) {
      CHECK(said(extension(type, record) + header("f", '0'))
                .starts_with("a pax header has a record that is malformed: '"));
    }
    CHECK(said(extension(type, "+11 path=x\n") + header("f", '0')) == "");
    CHECK(said(pax("GNU.sparse.numbytes", "3", type) + header("f", '0')) ==
          "a pax header has a 'GNU.sparse.numbytes' out of order");
  }
}

TEST_CASE("tar scan: a header has the sum that it states, and is whole") {
  CHECK(said(header("f", '0').replace(0, 1, "g")) ==
        "'g' has a header with a wrong checksum, or stands where none is");
  CHECK(said(header("d/", '0')) ==
        "'d/' is a file to container engines, and a directory to others: its name ends in '/'");
  TarScan scan("layer");
  const std::string cut = header("f", '0', 10) + "abc";
  scan.update(std::as_bytes(std::span(cut)));
  CHECK_THROWS_WITH_AS(scan.finish(), "layer: error: 'f' is cut short\n", layer::Error);
  TarScan half("layer");
  half.update(std::as_bytes(std::span(cut)).first(100));
  CHECK_THROWS_WITH_AS(half.finish(), "layer: error: ends within a header\n", layer::Error);
}

// Of type 'S' and 3 bytes of content.
std::string sparse_file(std::string_view pieces, std::string_view file_size = "00000001750",
                        std::string_view magic = std::string_view("ustar  \0", 8)) {
  std::string block = header("f", 'S', 3).replace(257, 8, magic);
  block.replace(386, pieces.size(), pieces).replace(483, file_size.size(), file_size);
  return summed(block) + padded("abc");
}

TEST_CASE("tar scan: the pieces of a sparse file are what is stored, in order and apart") {
  const std::string malformed = "'f' is a sparse file whose map is malformed";
  const std::string unsound =
      "'f' is a sparse file whose pieces overlap, lie beyond its end, or are not what is stored";
  const std::string nul(1, '\0');
  const auto piece = [&](int offset, int size) {
    return fmt::format("{:011o}", offset) + nul + fmt::format("{:011o}", size) + nul;
  };
  CHECK(said(sparse_file(piece(9, 3))) == "");
  CHECK(said(sparse_file(piece(9, 2) + piece(20, 1))) == "");
  CHECK(said(sparse_file(piece(9, 2) + piece(10, 1))) == unsound);
  CHECK(said(sparse_file(piece(20, 2) + piece(9, 1))) == unsound);
  CHECK(said(sparse_file(piece(999, 3))) == unsound);
  CHECK(said(sparse_file(piece(9, 2))) == unsound);
  CHECK(said(sparse_file("zzz")) == malformed);
  CHECK(said(sparse_file(piece(9, 3), "zzz")) == malformed);
  CHECK(said(sparse_file(piece(9, 3), "00000001750", std::string_view("ustar\00000", 8))) ==
        malformed);
  const auto records = [&](std::string_view count, std::string_view map) {
    std::string text;
    for (const auto& [key, value] : {std::pair<std::string_view, std::string_view>{"size", "1000"},
                                     {"numblocks", count},
                                     {"map", map}}) {
      const std::string record = pax(fmt::format("GNU.sparse.{}", key), value).substr(512);
      text += record.substr(0, record.find('\0'));
    }
    return said(extension('x', text) + header("f", '0', 3) + padded("abc"));
  };
  CHECK(records("1", "9,3") == "");
  CHECK(records("1", "9,3,7") == malformed);
  CHECK(records("2", "9,3") == malformed);
  CHECK(records("1", "z,3") == malformed);
  CHECK(records("1", "999,3") == unsound);
  const auto content = [&](std::string_view map) {
    std::string text;
    for (const auto& [key, value] :
         {std::pair{"major", "1"}, std::pair{"minor", "0"}, std::pair{"realsize", "1000"}}) {
      const std::string record = pax(fmt::format("GNU.sparse.{}", key), value).substr(512);
      text += record.substr(0, record.find('\0'));
    }
    return said(extension('x', text) + header("f", '0', 515) + padded(map) + padded("abc"));
  };
  CHECK(content("1\n9\n3\n") == "");
  CHECK(content("x\n9\n3\n") == malformed);
  const std::string more = std::string(504, '\0').append(1, '\1').append(7, '\0');
  const std::string begun = summed(sparse_file(piece(9, 3)).substr(0, 512).replace(482, 1, "\1"));
  std::string blocks;
  for (int i = 0; i < 2046; ++i) blocks += more;
  CHECK(said(begun + blocks + std::string(512, '\0') + padded("abc")) == "");
  CHECK(said(begun + blocks + more + more) == "'f' is a sparse file with a map of more than 1 MiB");
  CHECK(content("1\n-5\n3\n") == unsound);
  CHECK(content("1\n9\n3000\n") == unsound);
  CHECK(content("999999\n9\n3\n") == malformed);
}

}  // namespace
}  // namespace oci::tar_scan_test
