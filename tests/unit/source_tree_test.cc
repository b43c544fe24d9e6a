// The reader of --tree: where things land, what they keep.
#include "layer/read/source_tree.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>

#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::source_tree_test {
namespace {

std::string read_text(const TemporaryDirectory& temporary, const std::string& argument) {
  StringArena arena;
  return temporary.strip(to_text(read_source(argument, arena)));
}

TEST_CASE("source tree: a directory keeps links, modes and empty directories") {
  const TemporaryDirectory temporary;
  REQUIRE(chmod(temporary.write("s/bin/tool", "#!").c_str(), 04755) == 0);
  REQUIRE(chmod(temporary.write("s/bin-x", "x").c_str(), 0640) == 0);
  temporary.link("s/bin/abs", "/etc/hostname");
  temporary.link("s/rel", "bin");
  REQUIRE(chmod(temporary.make_directory("s/void").c_str(), 01777) == 0);
  REQUIRE(chmod((temporary / "s/bin").c_str(), 0755) == 0);
  REQUIRE(chmod((temporary / "s").c_str(), 0700) == 0);
  CHECK(read_text(temporary, temporary / "s" + ":/opt//x/") ==
        "dir opt/x mode=0700\n"
        "dir opt/x/bin mode=0755\n"
        "link opt/x/bin/abs -> /etc/hostname\n"
        "file opt/x/bin/tool -> $/s/bin/tool mode=4755\n"
        "file opt/x/bin-x -> $/s/bin-x mode=0640\n"
        "link opt/x/rel -> bin\n"
        "dir opt/x/void mode=1777\n");
  const std::string at_root =
      "dir bin mode=0755\n"
      "link bin/abs -> /etc/hostname\n"
      "file bin/tool -> $/s/bin/tool mode=4755\n"
      "file bin-x -> $/s/bin-x mode=0640\n"
      "link rel -> bin\n"
      "dir void mode=1777\n";
  CHECK(read_text(temporary, temporary / "s/" + ":") == at_root);
  CHECK(read_text(temporary, temporary / "s" + ":/") == at_root);
}

TEST_CASE("source tree: a file lands at DEST, or in it when DEST ends in '/'") {
  const TemporaryDirectory temporary;
  REQUIRE(chmod(temporary.write("a:b", "x").c_str(), 0644) == 0);
  temporary.link("link", "a:b");
  CHECK(read_text(temporary, temporary / "a:b" + ":etc/x") == "file etc/x -> $/a:b mode=0644\n");
  CHECK(read_text(temporary, temporary / "a:b" + ":/etc/") == "file etc/a:b -> $/a:b mode=0644\n");
  CHECK(read_text(temporary, temporary / "a:b" + ":") == "file a:b -> $/a:b mode=0644\n");
  CHECK(read_text(temporary, temporary / "link" + ":x") == "file x -> $/link mode=0644\n");
}

TEST_CASE("source tree: an argument that cannot be used is an error") {
  const TemporaryDirectory temporary;
  temporary.make_directory("s");
  REQUIRE(mkfifo((temporary / "s/pipe").c_str(), 0600) == 0);
  struct Case {
    std::string argument;
    std::string message;
  };
  const Case cases[] = {
      {"src",
       "veneer: error: tree 'src' has no ':': expected SRC:DEST\n"
       "veneer: help: DEST is a path in the image; 'SRC:/' is its root\n"},
      {":/x", "veneer: error: tree ':/x' has an empty SRC: expected SRC:DEST\n"},
      {temporary / "s" + ":/a/../b",
       "veneer: error: tree '$/s:/a/../b': DEST '/a/../b' has a '..' component\n"},
      {temporary / "gone" + ":/x",
       "veneer: error: tree '$/gone:/x': cannot read '$/gone': No such file or directory\n"},
      {"/dev/null:/x",
       "veneer: error: tree '/dev/null:/x': '/dev/null' is neither a file nor a directory\n"},
      {temporary / "s" + ":/x",
       "$/s: error: 'pipe' is a socket, a pipe or a device: expected a file, a link or a "
       "directory\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.argument);
    CHECK(temporary.error_of([&] { read_text(temporary, c.argument); }) == c.message);
  }
}

}  // namespace
}  // namespace layer::source_tree_test
