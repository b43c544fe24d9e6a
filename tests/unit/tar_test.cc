// The tar encoder, judged by libarchive, and by its exact bytes where a consumer depends on them.
#include "layer/write/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <locale.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "layer/base/xattrs.h"
#include "layer/model/xattrs_of_member.h"

namespace layer::tar_test {
namespace {

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;

// libarchive converts names by the thread's locale.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_ALL_MASK, "C.UTF-8", nullptr)) {
    REQUIRE(locale_ != nullptr);
    old_ = uselocale(locale_);
  }
  ~Utf8Locale() {
    uselocale(old_);
    freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_;
  locale_t old_ = nullptr;
};

std::string header_of(const TarEntry& entry) {
  std::string bytes(tar_header_size(entry), 'x');
  encode_tar_header(entry, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

// What libarchive reads in a header, compared with what was meant.
void check_read_back(const TarEntry& meant) {
  const Utf8Locale locale;
  std::string bytes = header_of(meant);
  CHECK(bytes.size() % kTarBlock == 0);
  const Reader reader(archive_read_new(), archive_read_free);
  REQUIRE(archive_read_support_format_tar(reader.get()) == ARCHIVE_OK);
  REQUIRE(archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  REQUIRE_MESSAGE(archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK,
                  archive_error_string(reader.get()));
  std::string path(meant.path);
  if (meant.type == TarType::kDirectory) path += '/';
  CHECK(std::string(archive_entry_pathname(entry)) == path);
  CHECK(archive_entry_uid(entry) == meant.uid);
  CHECK(archive_entry_gid(entry) == meant.gid);
  CHECK(archive_entry_mtime(entry) == meant.mtime);
  CHECK(archive_entry_mtime_nsec(entry) == 0);
  CHECK(std::string(archive_entry_uname(entry) == nullptr ? "" : archive_entry_uname(entry)) == "");
  CHECK(xattrs_of_member(*entry) == xattrs_text(meant.xattrs));
  CHECK(archive_entry_perm(entry) == (meant.type == TarType::kSymlink ? 0777 : meant.mode));
  switch (meant.type) {
    case TarType::kFile:
      CHECK(archive_entry_filetype(entry) == AE_IFREG);
      CHECK(archive_entry_size(entry) == static_cast<int64_t>(meant.size));
      break;
    case TarType::kDirectory:
      CHECK(archive_entry_filetype(entry) == AE_IFDIR);
      break;
    case TarType::kSymlink:
      CHECK(std::string(archive_entry_symlink(entry)) == meant.link());
      break;
    case TarType::kHardlink:
      CHECK(std::string(archive_entry_hardlink(entry)) == meant.link());
      break;
  }
}

TarEntry file(std::string_view path, uint64_t size = 0) {
  TarEntry entry;
  entry.path = path;
  entry.size = size;
  entry.mode = 0644;
  return entry;
}

TarEntry with_type(TarType type, std::string_view path, std::string_view link = {}) {
  TarEntry entry = file(path);
  entry.type = type;
  entry.content = link;
  entry.mode = 0755;
  return entry;
}

std::string repeat(std::string_view text, size_t size) {
  std::string result;
  while (result.size() < size) result += text;
  result.resize(size);
  return result;
}

bool is_ustar(const TarEntry& entry) {
  return tar_header_size(entry) == kTarBlock;
}

TEST_CASE("tar: names up to the limits of ustar are split, longer ones take a pax record") {
  const struct {
    std::string path;
    bool ustar;
  } cases[] = {
      {"a", true},
      {repeat("n", 100), true},
      {repeat("n", 101), false},
      {"d/" + repeat("n", 100), true},
      {"d/" + repeat("n", 101), false},
      {repeat("p", 155) + "/" + repeat("n", 100), true},
      {repeat("p", 156) + "/" + repeat("n", 100), false},
      {repeat("p", 155) + "/" + repeat("n", 101), false},
      {repeat("p", 100) + "/" + repeat("q", 54) + "/" + repeat("n", 100), true},
      {repeat("nine/", 254) + "e", true},
      {repeat("x/", 255), true},
      {repeat("component/", 255) + "e", false},
      {repeat("component/", 4000) + "e", false},
      {"with space and\nnewline\ttab\\", true},
      {"\xd0\xba\xd0\xbe\xd1\x82.py", false},
      {repeat("\xe2\x82\xac", 300) + "/\xf0\x9f\x90\x8d", false},
  };
  for (const auto& [raw, ustar] : cases) {
    const std::string path = raw.back() == '/' ? raw + "e" : raw;
    CAPTURE(path);
    check_read_back(file(path, 5));
    check_read_back(with_type(TarType::kDirectory, path));
    if (raw == path) CHECK(is_ustar(file(path, 5)) == ustar);
  }
}

TEST_CASE("tar: extended attributes are pax records, of bytes that need not be text") {
  const std::string_view text =
      "xattr.security.capability=0100000200040000000000000000000000000000,"
      "xattr.user.a%20b=,xattr.user.n=0aff003d";
  for (const TarType type : {TarType::kFile, TarType::kDirectory}) {
    TarEntry entry = with_type(type, "bin/ping");
    entry.xattrs = &text;
    check_read_back(entry);
  }
  TarEntry link = with_type(TarType::kHardlink, "bin/ping6", "bin/ping");
  link.xattrs = &text;
  check_read_back(link);
  const std::string path = repeat("long/", 300) + "\xff";
  link.path = path;
  check_read_back(link);
  const std::string records = "xattr.user.a=62";
  const std::string_view one = records;
  TarEntry entry = file("a");
  entry.xattrs = &one;
  CHECK(header_of(entry).substr(512, 25) == "25 SCHILY.xattr.user.a=b\n");
}

TEST_CASE("tar: a directory's '/' counts, and is no place to split") {
  CHECK(is_ustar(with_type(TarType::kDirectory, repeat("n", 99))));
  CHECK_FALSE(is_ustar(with_type(TarType::kDirectory, repeat("n", 100))));
  CHECK_FALSE(is_ustar(with_type(TarType::kDirectory, "d/" + repeat("n", 100))));
  check_read_back(with_type(TarType::kDirectory, repeat("n", 100)));
  check_read_back(with_type(TarType::kDirectory, "d/" + repeat("n", 100)));
}

TEST_CASE("tar: links of any text, symlinks always 0777") {
  for (const size_t size : {1U, 99U, 100U, 101U, 255U, 4000U}) {
    const std::string text = repeat("../up/", size - 1) + "t";
    check_read_back(with_type(TarType::kSymlink, "link", text));
    check_read_back(with_type(TarType::kHardlink, "link", repeat("dir/", size - 1) + "t"));
    CHECK(is_ustar(with_type(TarType::kSymlink, "link", text)) == (size <= 100));
  }
  check_read_back(with_type(TarType::kSymlink, "link", "/absolute \xc3\xa9"));
  check_read_back(with_type(TarType::kSymlink, "link", "\xd1\x8f/\n"));
}

TEST_CASE("tar: numbers beyond octal take a pax record, and only those") {
  TarEntry entry = file("f", 077777777777);
  CHECK(is_ustar(entry));
  check_read_back(entry);
  entry.size += 1;
  CHECK_FALSE(is_ustar(entry));
  check_read_back(entry);

  entry = file("f");
  entry.uid = entry.gid = 07777777;
  entry.mtime = 077777777777;
  entry.mode = 07777;
  CHECK(is_ustar(entry));
  check_read_back(entry);
  for (const auto& change :
       {+[](TarEntry& e) { e.uid = 010000000; }, +[](TarEntry& e) { e.gid = 0xffffffff; },
        +[](TarEntry& e) { e.mtime = 0100000000000; }, +[](TarEntry& e) { e.mtime = -1; }}) {
    TarEntry changed = entry;
    change(changed);
    CHECK_FALSE(is_ustar(changed));
    check_read_back(changed);
  }
}

TEST_CASE("tar: the pax header of a long name, byte for byte") {
  const std::string path = repeat("n", 120);
  const std::string bytes = header_of(file(path, 3));
  REQUIRE(bytes.size() == 3 * kTarBlock);
  CHECK(bytes.substr(0, 100) == "PaxHeaders/" + repeat("n", 89));
  CHECK(bytes[156] == 'x');
  CHECK(bytes.substr(kTarBlock, 131) == "130 path=" + path + "\n" + '\0');
  CHECK(bytes.substr(2 * kTarBlock, 100) == repeat("n", 100));
  CHECK(bytes.substr(2 * kTarBlock + 257, 8) == std::string("ustar\0"
                                                            "00",
                                                            8));
}

TEST_CASE("tar: a record's length counts its own digits") {
  // 11 bytes beside the value and the digits: values of 86..89 and 984..987 cross a power of ten.
  for (size_t size = 80; size < 1100; ++size) {
    const std::string text = repeat("t", size);
    const TarEntry entry = with_type(TarType::kSymlink, "l", text);
    if (is_ustar(entry)) continue;
    const std::string bytes = header_of(entry);
    const size_t length = std::stoul(bytes.substr(kTarBlock));
    CHECK(bytes[kTarBlock + length - 1] == '\n');
    CHECK(bytes.find('\n', kTarBlock) == kTarBlock + length - 1);
  }
}

TEST_CASE("tar: a name that is not UTF-8 keeps its bytes") {
  const std::string path = "busy\x96.ani";
  const std::string bytes = header_of(file(path));
  CHECK(bytes.substr(kTarBlock, 40) ==
        "21 hdrcharset=BINARY\n18 path=busy\x96.ani\n" + std::string(1, '\0'));
  for (const std::string bad :
       {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    CHECK(header_of(file(bad)).find("hdrcharset") != std::string::npos);
  }
  for (const std::string good : {"\xc2\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "\xe0\xa0\x80"}) {
    CHECK(header_of(file(good)).find("hdrcharset") == std::string::npos);
  }
}

TEST_CASE("tar: a link has no content whatever its size says") {
  TarEntry entry = with_type(TarType::kHardlink, "b", "a");
  entry.size = 1 << 20;
  CHECK(tar_entry_size(entry) == kTarBlock);
  entry.type = TarType::kFile;
  entry.size = 513;
  CHECK(tar_entry_size(entry) == 3 * kTarBlock);
}

TEST_CASE("tar: what no layer can hold is a bug of the planner") {
  for (const std::string path : {"", "/a", "a/", ".wh.a", "d/.wh.a", "d/.wh..wh..opq/f"}) {
    CHECK_THROWS_AS(header_of(file(path)), std::logic_error);
  }
  CHECK_THROWS_AS(header_of(file(std::string_view("a\0b", 3))), std::logic_error);
  CHECK_THROWS_AS(header_of(with_type(TarType::kSymlink, "a")), std::logic_error);
  TarEntry undecided = file("a");
  undecided.mode = kModeByContent;
  CHECK_THROWS_AS(header_of(undecided), std::logic_error);
  CHECK_NOTHROW(header_of(file("d/a.wh.b")));
}

}  // namespace
}  // namespace layer::tar_test
