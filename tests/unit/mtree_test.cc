// The mtree reader, with libarchive's own reader and bsdtar as judges of what a row means.
#include "layer/read/mtree.h"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "tests/unit/entry_text.h"
#include "tests/unit/run_command.h"
#include "tests/unit/temporary_directory.h"

namespace layer::mtree_test {
namespace {

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

std::string read_bytes(archive* reader) {
  std::string bytes;
  std::array<char, 4096> buffer{};
  for (;;) {
    const la_ssize_t size = archive_read_data(reader, buffer.data(), buffer.size());
    REQUIRE(size >= 0);
    if (size == 0) return bytes;
    bytes.append(buffer.data(), static_cast<size_t>(size));
  }
}

// "./a//b/" as veneer spells it.
std::string plain_path(std::string path) {
  if (path.starts_with("./")) path.erase(0, 2);
  if (path.ends_with('/')) path.pop_back();
  return path;
}

std::string line(std::string_view type, std::string_view path, uint32_t mode, int64_t uid,
                 int64_t gid, int64_t time, std::string_view content) {
  return fmt::format("{} '{}' {:04o} {}:{} {} '{}'\n", type, path, mode, uid, gid, time, content);
}

std::string type_name(unsigned type) {
  if (type == AE_IFREG) return "file";
  if (type == AE_IFDIR) return "dir";
  return type == AE_IFLNK ? "link" : "?";
}

// Every entry of a tar or mtree file as libarchive reads it; the root left out.
std::string list_archive(const std::string& file, bool is_mtree) {
  const Archive reader(archive_read_new());
  if (is_mtree) {
    REQUIRE(archive_read_support_format_mtree(reader.get()) == ARCHIVE_OK);
    REQUIRE(archive_read_set_options(reader.get(), "mtree:checkfs") == ARCHIVE_OK);
  } else {
    REQUIRE(archive_read_support_format_tar(reader.get()) == ARCHIVE_OK);
  }
  REQUIRE(archive_read_open_filename(reader.get(), file.c_str(), 65536) == ARCHIVE_OK);
  std::string text;
  archive_entry* entry = nullptr;
  for (;;) {
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return text;
    if (status != ARCHIVE_OK) return text + "failed\n";
    const std::string path = plain_path(archive_entry_pathname(entry));
    const unsigned type = archive_entry_filetype(entry);
    const char* link = archive_entry_symlink(entry);
    std::string content;
    if (type == AE_IFREG) content = read_bytes(reader.get());
    if (type == AE_IFLNK && link != nullptr) content = link;
    if (path.empty() || path == ".") continue;
    // A link's mode is 0777 in a tar, whatever its row states.
    text += line(type_name(type), path, type == AE_IFLNK ? 0 : archive_entry_perm(entry),
                 archive_entry_uid(entry), archive_entry_gid(entry), archive_entry_mtime(entry),
                 content);
  }
}

std::string content_of(const Entry& entry) {
  if (entry.kind != EntryKind::kFile) return std::string(entry.content);
  std::ifstream file{std::string(entry.content), std::ios::binary};
  REQUIRE(file.good());
  return (std::ostringstream() << file.rdbuf()).str();
}

std::string list_ours(const std::string& file) {
  StringArena arena;
  std::string text;
  for (const Entry& entry : read_mtree(file, arena)) {
    REQUIRE(entry.attributes != nullptr);
    const std::string_view type =
        entry.kind == EntryKind::kEmptyFile ? "file" : kind_name(entry.kind);
    text += line(type, entry.path, entry.kind == EntryKind::kSymlink ? 0 : *entry.attributes->mode,
                 *entry.attributes->uid, *entry.attributes->gid, *entry.attributes->mtime,
                 content_of(entry));
  }
  return text;
}

// Each states every attribute, for what a row does not state libarchive takes from disk.
// NOLINTBEGIN(bugprone-suspicious-missing-comma): each text goes on over several lines
constexpr std::string_view kJudged[] = {
    // as tar.bzl's mtree_spec writes it
    "app.runfiles/ uid=0 gid=0 time=1672560000 mode=0755 type=dir nlink=1\n"
    "app.runfiles/_main/app.py uid=0 gid=0 time=1672560000 mode=0755 type=file nlink=1 "
    "content=app.py\n"
    "app.runfiles/_main/__init__.py uid=0 gid=0 time=1672560000 mode=0755 type=file nlink=1\n"
    "app.runfiles/_main/a\\040b uid=0 gid=0 time=1672560000 mode=0755 type=file nlink=1 "
    "content=a\\040b\n"
    "app.runfiles/_main/.venv/bin/python3 uid=0 gid=0 time=1672560000 mode=0755 type=link nlink=1 "
    "link=../../../../py/bin/python3\n",
    // as rules_py writes it
    "#mtree\n"
    "/set uid=7 gid=8 time=9 mode=0644\n"
    ". type=dir\n"
    "./app.runfiles type=dir mode=0755\n"
    "./app.runfiles/app.py type=file contents=app.py\n",
    // a name without a slash is relative, and a directory is entered
    "/set uid=0 gid=0 time=0 mode=0755 type=file\n"
    "top\n"
    "dir type=dir\n  in content=app.py\n  deeper type=dir\n\tdeepest\n  ..\n  in2\n..\n..\nout\n"
    "full/name type=dir\nstill_top\n",
    // the same path twice is one entry, where later keywords count
    "a/x type=file mode=0644 uid=1 gid=1 time=1 content=app.py\n"
    "b/y type=dir mode=0755 uid=1 gid=1 time=1\n"
    "a/x type=file uid=5\n"
    "b/y type=link link=../a/x gid=6\n",
    // set, unset, all, and a row's own word over both
    "/set uid=1 gid=1 time=1 mode=0600 type=file content=app.py\n"
    "a/1\n/set uid=2 mode=0640\na/2\na/3 uid=3\n/unset uid content\na/4 uid=4\n"
    "/unset all\na/5 uid=5 gid=5 time=5 mode=05 type=dir\n",
    // escapes; a backslash that begins none stands for itself
    "/set uid=0 gid=0 time=0 mode=0644 type=file\n"
    "a/\\141\\134\\\\\\s\\t\\q\\400\\01 content=a\\sb\na/l type=link link=\\056\\056/x\\040y\n",
    // continued lines, comments, blanks, words that mean nothing here
    "#mtree\n# comment\n\n   # comment\na/x type=file \\\n  mode=0644 uid=1 gid=1 \\\n time=1.5\n"
    "a/y type=file mode=0100640 uid=1 gid=1 time=1 nlink=3 flags=none tags=a,b ignore \\\n"
    "content=app.py\n",
    // a file without content is the file at its own path
    "/set uid=0 gid=0 time=0 mode=0644 type=file\nown/file\n./own/file2 content=\nown/other\n",
    // an optional row counts if its file exists
    "/set uid=0 gid=0 time=0 mode=0644 type=file\n"
    "a/x optional content=gone\na/y optional content=app.py\na/z optional\n",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

TEST_CASE("mtree: a row means what libarchive and bsdtar take it for") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("app.py", "print('app')\n");
  temporary.write("a b", "blank\n");
  temporary.write("own/file", "own\n");
  temporary.write("own/file2", "own2\n");
  for (const std::string_view input : kJudged) {
    CAPTURE(input);
    const std::string file = temporary.write("spec", input);
    const std::string ours = list_ours(file);
    CHECK(ours == list_archive(file, true));
    const int status = run_command({"bsdtar", "-cf", "tar", "@spec"});
    if (status == 127) continue;  // not installed here: libarchive has judged already
    REQUIRE(status == 0);
    CHECK(ours == list_archive(temporary / "tar", false));
  }
}

TEST_CASE("mtree: what a row does not state stays unstated, and equal attributes are one object") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("app.py", "");
  StringArena arena;
  const std::vector<Entry> entries =
      read_mtree(temporary.write("spec",
                                 "a/1 type=file content=app.py\n"
                                 "a/2 type=file mode=0644\n"
                                 "a/3 type=file mode=0644\n"
                                 "a/4 type=dir gid=4294967294 time=-1\n"),
                 arena);
  CHECK(to_text(entries) ==
        "file a/1 -> app.py\nempty a/2 mode=0644\nempty a/3 mode=0644\n"
        "dir a/4 gid=4294967294 time=-1\n");
  CHECK(entries[1].attributes == entries[2].attributes);
  CHECK(temporary.strip(entries[3].origin.position().to_string()) == "$/spec:4:1");
}

TEST_CASE("mtree: names are bytes, in any locale") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("\xc3\xa9", "bytes");
  StringArena arena;
  CHECK(to_text(read_mtree(temporary.write("spec",
                                           "a/\xc3\xa9 type=file content=\xc3\xa9\n"
                                           "a/\\303\\251\\377 type=link link=\\377\n"),
                           arena)) == "file a/\xc3\xa9 -> \xc3\xa9\nlink a/\xc3\xa9\xff -> \xff\n");
}

TEST_CASE("mtree: a path spelt in two ways is one entry, the later one") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("app.py", "");
  StringArena arena;
  CHECK(to_text(read_mtree(temporary.write("spec",
                                           "a//x type=file mode=0644 content=app.py\n"
                                           "d type=dir\n"
                                           "./a/x/ type=dir uid=1\n"
                                           "last type=file"),
                           arena)) == "dir a/x uid=1\ndir d\nempty d/last\n");
}

TEST_CASE("mtree: a fault is reported where it is") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.make_directory("dir");
  struct Case {
    std::string input;
    std::string message;
  };
  const std::string help =
      "$/spec:1:1: help: a relative content= path is resolved from the current directory\n";
  const Case cases[] = {
      {"a/b type=file content=gone\n",
       "$/spec:1:1: error: 'a/b' has its content at 'gone', which does not exist\n" + help},
      {"a/b type=file content=dir\n",
       "$/spec:1:1: error: 'a/b' has its content at 'dir', which is a directory\n" + help},
      {"./dir type=file\n",
       "$/spec:1:1: error: 'dir' has its content at './dir', which is a directory\n" + help},
      {"a/b type=file content=/dev/null\n",
       "$/spec:1:1: error: 'a/b' has its content at '/dev/null', which is neither a file nor a "
       "directory\n" +
           help},
      {"a/b mode=0644\n",
       "$/spec:1:1: error: 'a/b' has no type: expected type=file, type=dir or type=link\n"},
      {"a/b type=link\n", "$/spec:1:1: error: 'a/b' has type=link, but no link=TEXT\n"},
      {"  a/b type=block\n",
       "$/spec:1:7: error: unknown type 'block': expected 'file', 'dir' or 'link'\n"},
      {"/set type=socket\n",
       "$/spec:1:6: error: unknown type 'socket': expected 'file', 'dir' or 'link'\n"},
      {"a/b type=file\tfoo=bar\n", "$/spec:1:15: error: unknown keyword 'foo'\n"},
      {"a/b type=file foo\n", "$/spec:1:15: error: 'foo' has no value: expected KEYWORD=VALUE\n"},
      {"a/b type=file mode=u+x\n",
       "$/spec:1:15: error: mode 'u+x': expected an octal number up to 177777\n"},
      {"a/b type=file mode=0689\n",
       "$/spec:1:15: error: mode '0689': expected an octal number up to 177777\n"},
      {"a/b type=file mode=200644\n",
       "$/spec:1:15: error: mode '200644': expected an octal number up to 177777\n"},
      {"a/b type=file uid=-1\n", "$/spec:1:15: error: uid '-1': expected a number below 2^32-1\n"},
      {"a/b type=file gid=4294967295\n",
       "$/spec:1:15: error: gid '4294967295': expected a number below 2^32-1\n"},
      {"a/b type=file time=now\n",
       "$/spec:1:15: error: time 'now': expected seconds since the epoch\n"},
      {"a/b type=file time=9223372036854775807.0\n",
       "$/spec:1:15: error: time '9223372036854775807.0': no system can hold such a time\n"},
      {"a/b type=file time=-9223372036854775808\n",
       "$/spec:1:15: error: time '-9223372036854775808': no system can hold such a time\n"},
      {"a/b type=file size=-1\n", "$/spec:1:15: error: size '-1': expected a number of bytes\n"},
      {"a/b type=file content=a\\000b\n",
       "$/spec:1:15: error: content 'a\\000b' holds a NUL byte\n"},
      {"a/b\\000 type=file\n", "$/spec:1:1: error: path 'a/b\\000' holds a NUL byte\n"},
      {"a/b\\08 type=file\n", "$/spec:1:1: error: path 'a/b\\08' holds a NUL byte\n"},
      {"a/../b type=file\n", "$/spec:1:1: error: path 'a/../b' has a '..' component\n"},
      {"/etc type=dir\n", "$/spec:1:1: error: path '/etc' is absolute\n"},
      {"\\057etc type=dir\n", "$/spec:1:1: error: path '\\057etc' is absolute\n"},
      {"/unset uid=1\n", "$/spec:1:8: error: 'uid=1' has a value: '/unset' takes keywords only\n"},
      {"a/b type=file\r\n", "$/spec:1:14: error: the line ends in CR LF: expected LF alone\n"},
      {"a/\x01 type=file\n", "$/spec:1:3: error: control character \\001: expected its escape\n"},
      {"# x\na/b \\\n type=file \\\n foo=bar\nc/d type=what\n",
       "$/spec:2: error: unknown keyword 'foo'\n"
       "$/spec:5:5: error: unknown type 'what': expected 'file', 'dir' or 'link'\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.input);
    const std::string file = temporary.write("spec", c.input);
    CHECK(temporary.error_of([&] {
      StringArena arena;
      read_mtree(file, arena);
    }) == c.message);
  }
}

}  // namespace
}  // namespace layer::mtree_test
