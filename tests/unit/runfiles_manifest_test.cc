// The runfiles manifest reader: both forms of a line, what targets mean, every fault.
#include "layer/read/runfiles_manifest.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::runfiles_manifest_test {
namespace {

TEST_CASE("runfiles manifest: the target tells file, empty file, declared symlink and tree apart") {
  const TemporaryDirectory temporary;
  const std::string file = temporary.write("out/a b\\c", "bytes");
  temporary.write("tree/inner", "bytes");
  temporary.link("tree/inner_link", "inner");
  StringArena arena;
  const Runfiles runfiles = read_runfiles_manifest(
      temporary.write("m", "_main/empty \n_main/file " + file +
                               "\n_main/link ../x  y\\s\n_main/tree " + temporary / "tree" +
                               "\nrepo/no_newline_at_end " + file),
      arena);
  CHECK(temporary.strip(to_text(runfiles)) ==
        "workspace _main\n"
        "[root_symlinks]\n"
        "empty _main/empty\n"
        "file _main/file -> $/out/a b\\c\n"
        "link _main/link -> ../x  y\\s\n"
        "tree _main/tree -> $/tree\n"
        "file repo/no_newline_at_end -> $/out/a b\\c\n"
        "[tree $/tree]\n"
        "file inner -> $/tree/inner\n"
        "link inner_link -> inner\n");
}

TEST_CASE("runfiles manifest: a leading space means escapes") {
  const TemporaryDirectory temporary;
  const std::string file = temporary.write("out/new\nline", "");
  StringArena arena;
  const Runfiles runfiles = read_runfiles_manifest(
      temporary.write("m", " a\\sb\\n\\bn " + temporary / "out" + "/new\\nline\n" + " e\\s \n" +
                               " l\\s ../t \\bs\n" + "raw\\s ../t\\q\n"),
      arena);
  CHECK(temporary.strip(to_text(runfiles)) ==
        "[root_symlinks]\n"
        "file a b\n\\n -> $/out/new\nline\n"
        "empty e \n"
        "link l  -> ../t \\s\n"
        "link raw\\s -> ../t\\q\n");
}

TEST_CASE("runfiles manifest: entries are sorted by path and know their line") {
  const TemporaryDirectory temporary;
  StringArena arena;
  const Runfiles runfiles =
      read_runfiles_manifest(temporary.write("m", "b x\na/b x\n a-\\s x\n"), arena);
  REQUIRE(runfiles.root_symlinks.size() == 3);
  CHECK(runfiles.root_symlinks[0].path == "a- ");
  CHECK(temporary.strip(runfiles.root_symlinks[0].origin.position().to_string()) == "$/m:3:2");
  CHECK(runfiles.root_symlinks[1].path == "a/b");
  CHECK(temporary.strip(runfiles.root_symlinks[1].origin.position().to_string()) == "$/m:2:1");
  CHECK(runfiles.root_symlinks[2].path == "b");
}

TEST_CASE("runfiles manifest: a fault is reported where it is") {
  const TemporaryDirectory temporary;
  struct Case {
    std::string input;
    std::string message;
  };
  const Case cases[] = {
      {"a\n", "$/m:1:2: error: no space after 'a': expected a path, a space and a target\n"},
      {"ok x\n\n", "$/m:2:1: error: no space after '': expected a path, a space and a target\n"},
      {" a\n", "$/m:1:3: error: no space after 'a': expected a path, a space and a target\n"},
      {" a\\xb t\n", "$/m:1:3: error: unknown escape '\\x': expected '\\s', '\\n' or '\\b'\n"},
      {" a t\\x\n", "$/m:1:5: error: unknown escape '\\x': expected '\\s', '\\n' or '\\b'\n"},
      {" a t\\\n", "$/m:1:5: error: unknown escape '\\': expected '\\s', '\\n' or '\\b'\n"},
      {std::string("a\0b x\n", 6), "$/m:1:2: error: the line holds a NUL byte\n"},
      {"  x\n", "$/m:1:2: error: path '' is empty\n"},
      {"/etc/passwd x\n", "$/m:1:1: error: path '/etc/passwd' is absolute\n"},
      {"a/../b x\n", "$/m:1:1: error: path 'a/../b' has a '..' component\n"},
      {"./a x\n", "$/m:1:1: error: path './a' has a '.' component\n"},
      {"a//b x\n", "$/m:1:1: error: path 'a//b' has an empty component\n"},
      {"a/ x\n", "$/m:1:1: error: path 'a/' has an empty component\n"},
      {"a x\r\n",
       "$/m:1:4: error: the line ends in CR LF: expected LF alone\n"
       "$/m:1:4: help: Bazel writes LF on every platform; undo the conversion of line endings\n"},
      {"b x\na x\nb y\n",
       "$/m:3:1: error: 'b' is listed twice\n$/m:1:1: note: listed here first\n"},
      {"a $/gone\n",
       "$/m:1:1: error: 'a' is at '$/gone', which does not exist\n"
       "$/m:1:1: help: build the target again; a manifest cannot hold a declared symlink with an "
       "absolute text: use a runfiles spec for one\n"},
      {"a /dev/null\n",
       "$/m:1:1: error: 'a' is at '/dev/null', which is neither a file nor a directory\n"
       "$/m:1:1: help: build the target again; a manifest cannot hold a declared symlink with an "
       "absolute text: use a runfiles spec for one\n"},
      {"/a x\n/b x\n",
       "$/m:1:1: error: path '/a' is absolute\n$/m:2:1: error: path '/b' is absolute\n"},
  };
  for (const Case& c : cases) {
    std::string input = c.input;
    if (const size_t at = input.find('$'); at != std::string::npos) {
      input.replace(at, 1, temporary.path());
    }
    const std::string file = temporary.write("m", input);
    CAPTURE(c.input);
    CHECK(temporary.error_of([&] {
      StringArena arena;
      read_runfiles_manifest(file, arena);
    }) == c.message);
  }
}

TEST_CASE("runfiles manifest: a missing manifest is an error") {
  const TemporaryDirectory temporary;
  StringArena arena;
  CHECK(temporary.error_of([&] { read_runfiles_manifest(temporary / "m", arena); }) ==
        "$/m: error: cannot open: No such file or directory\n");
}

TEST_CASE("runfiles manifest: 20 faults are kept, the others are counted") {
  const TemporaryDirectory temporary;
  std::string input;
  for (int i = 0; i < 23; ++i) input += "/x y\n";
  const std::string file = temporary.write("m", input);
  StringArena arena;
  const std::string text = temporary.error_of([&] { read_runfiles_manifest(file, arena); });
  CHECK(
      text.ends_with("$/m:20:1: error: path '/x' is absolute\n"
                     "veneer: error: 3 more errors of this kind\n"));
}

}  // namespace
}  // namespace layer::runfiles_manifest_test
