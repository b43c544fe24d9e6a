// The runfiles directory reader: what each thing on disk means, tree artifacts included.
#include "layer/read/runfiles_directory.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>

#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::runfiles_directory_test {
namespace {

std::string read_text(const TemporaryDirectory& temporary, const std::string& directory) {
  StringArena arena;
  Diagnostics found;
  std::string text = to_text(read_runfiles_directory(directory, arena, found));
  for (const Diagnostic& warning : found.warnings()) text += warning.to_string("warning");
  return temporary.strip(text);
}

TEST_CASE("runfiles directory: link texts tell files, trees and declared symlinks apart") {
  const TemporaryDirectory temporary;
  temporary.write("out/app", "#!/bin/sh\n");
  temporary.link("out/alias", temporary / "out/app");
  temporary.write("out/tree/x", "");
  temporary.link("r/MANIFEST", temporary / "out/gone_manifest");
  temporary.link("r/_repo_mapping", temporary / "out/app");
  temporary.link("r/_main/app", temporary / "out/app");
  temporary.link("r/_main/alias", temporary / "out/alias");
  temporary.link("r/_main/MANIFEST", "../dangling");
  temporary.link("r/_main/tree", temporary / "out/tree");
  temporary.write("r/_main/pkg/__init__.py", "");
  temporary.write("r/_main/pkg/real", "bytes");
  temporary.make_directory("r/nothing/here");
  const std::string expected =
      "workspace _main\n"
      "[root_symlinks]\n"
      "link _main/MANIFEST -> ../dangling\n"
      "file _main/alias -> $/out/alias\n"
      "file _main/app -> $/out/app\n"
      "empty _main/pkg/__init__.py\n"
      "file _main/pkg/real -> $/r/_main/pkg/real\n"
      "tree _main/tree -> $/out/tree\n"
      "file _repo_mapping -> $/out/app\n"
      "dir nothing/here\n"
      "[tree $/out/tree]\n"
      "file x -> $/out/tree/x\n";
  CHECK(read_text(temporary, temporary / "r") == expected);
  CHECK(read_text(temporary, temporary / "r//") == expected);
}

TEST_CASE(
    "runfiles directory: entries come in tree order, each directory followed by what is in it") {
  const TemporaryDirectory temporary;
  for (const char* name : {"r/a/x", "r/a-b", "r/a.c/y", "r/a0", "r/Z"}) temporary.write(name, "");
  temporary.make_directory("r/b");
  temporary.write("r/b-", "");
  CHECK(read_text(temporary, temporary / "r") ==
        "[root_symlinks]\nempty Z\nempty a/x\nempty a-b\nempty a.c/y\nempty a0\ndir b\nempty b-\n");
}

TEST_CASE("runfiles directory: a tree artifact keeps its inner links and empty directories") {
  const TemporaryDirectory temporary;
  temporary.write("out/tree/lib/x.so", "bytes");
  temporary.link("out/tree/lib/x.so.1", "x.so");
  temporary.link("out/tree/dirlink", "lib");
  temporary.link("out/tree/dangling", "../../nowhere");
  temporary.make_directory("out/tree/void");
  temporary.link("r/tree", temporary / "out/tree");
  temporary.link("r/same_tree", temporary / "out/tree");
  CHECK(read_text(temporary, temporary / "r") ==
        "[root_symlinks]\n"
        "tree same_tree -> $/out/tree\n"
        "tree tree -> $/out/tree\n"
        "[tree $/out/tree]\n"
        "link dangling -> ../../nowhere\n"
        "link dirlink -> lib\n"
        "file lib/x.so -> $/out/tree/lib/x.so\n"
        "link lib/x.so.1 -> x.so\n"
        "dir void\n");
}

TEST_CASE(
    "runfiles directory: absolute links in a tree artifact are staged files and directories") {
  const TemporaryDirectory temporary;
  temporary.write("real/file", "bytes");
  temporary.write("real/sub/deep", "bytes");
  temporary.link("real/sub/rel", "deep");
  temporary.make_directory("real/void");
  temporary.link("staged/file", temporary / "real/file");
  temporary.link("staged/dirlink", temporary / "real/sub");
  temporary.link("staged/void", temporary / "real/void");
  temporary.link("r/tree", temporary / "staged");
  CHECK(read_text(temporary, temporary / "r") ==
        "[root_symlinks]\n"
        "tree tree -> $/staged\n"
        "[tree $/staged]\n"
        "file dirlink/deep -> $/real/sub/deep\n"
        "link dirlink/rel -> deep\n"
        "file file -> $/real/file\n"
        "dir void\n");
}

TEST_CASE("runfiles directory: a tree artifact that holds itself is an error, not a loop") {
  const TemporaryDirectory temporary;
  const std::string file = temporary.write("out/tree/x", "");
  SUBCASE("a link to a directory above it") {
    temporary.link("out/tree/a/up", temporary / "out/tree");
    temporary.link("r/tree", temporary / "out/tree");
    CHECK(temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
          "$/r: error: 'a/up' in tree artifact '$/out/tree' links to '$/out/tree', which holds the "
          "link itself\n");
  }
  SUBCASE("two trees that hold each other") {
    temporary.link("out/tree/other", temporary / "out/other");
    temporary.link("out/other/back", temporary / "out/tree");
    temporary.link("r/tree", temporary / "out/tree");
    CHECK(
        temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
        "$/r: error: 'other/back' in tree artifact '$/out/tree' links to '$/out/tree', which holds "
        "the link itself\n");
  }
  SUBCASE("the runfiles directory itself") {
    temporary.link("r/self", temporary / "r");
    CHECK(
        temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
        "$/r: error: 'self' in tree artifact '$/r' links to '$/r', which holds the link itself\n");
  }
  SUBCASE("a link to a directory of the same runfiles is no loop") {
    temporary.link("r/a/file", file);
    temporary.link("r/b", temporary / "r/a");
    CHECK(read_text(temporary, temporary / "r") ==
          "[root_symlinks]\nfile a/file -> $/out/tree/x\ntree b -> $/r/a\n"
          "[tree $/r/a]\nfile file -> $/out/tree/x\n");
  }
  SUBCASE("directories that each link twice to the next") {
    for (int i = 0; i < 12; ++i) {
      const std::string from = "d" + std::to_string(i);
      temporary.link(from + "/a", temporary / ("d" + std::to_string(i + 1)));
      temporary.link(from + "/b", temporary / ("d" + std::to_string(i + 1)));
    }
    temporary.make_directory("d12");
    temporary.link("r/tree", temporary / "d0");
    CHECK(temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
          "$/r: error: 'a/a/a/a/a/a/a/a/a' in tree artifact '$/d0' links to '$/d9': links to "
          "directories are nested more than 8 levels deep\n");
  }
}

TEST_CASE("runfiles directory: what cannot be in an image is an error that names it") {
  const TemporaryDirectory temporary;
  const std::string rebuild =
      "$/r: help: build the target again, so that what its runfiles link to exists\n";
  SUBCASE("dangling absolute links") {
    temporary.link("r/a/gone", temporary / "out/gone");
    temporary.link("r/gone_too", temporary / "out/gone_too");
    CHECK(temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
          "$/r: error: 'a/gone' links to '$/out/gone', which does not exist\n" + rebuild +
              "$/r: error: 'gone_too' links to '$/out/gone_too', which does not exist\n" + rebuild);
  }
  SUBCASE("a device") {
    temporary.link("r/device", "/dev/null");
    CHECK(temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
          "$/r: error: 'device' links to '/dev/null', which is neither a file nor a directory\n" +
              rebuild);
  }
  SUBCASE("a pipe") {
    temporary.make_directory("r");
    REQUIRE(mkfifo((temporary / "r/pipe").c_str(), 0600) == 0);
    CHECK(temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
          "$/r: error: 'pipe' is a socket, a pipe or a device: expected a file, a link or a "
          "directory\n");
  }
  SUBCASE("a pipe in a tree artifact") {
    temporary.make_directory("out/tree");
    REQUIRE(mkfifo((temporary / "out/tree/pipe").c_str(), 0600) == 0);
    temporary.link("r/tree", temporary / "out/tree");
    CHECK(temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
          "$/r: error: 'pipe' in tree artifact '$/out/tree' is a socket, a pipe or a device: "
          "expected "
          "a file, a link or a directory\n");
  }
  SUBCASE("a dangling staged link in a tree artifact") {
    temporary.link("out/tree/x", temporary / "gone");
    temporary.link("r/tree", temporary / "out/tree");
    CHECK(
        temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
        "$/r: error: 'x' in tree artifact '$/out/tree' links to '$/gone', which does not exist\n");
  }
  SUBCASE("no directory") {
    CHECK(temporary.error_of([&] { read_text(temporary, temporary / "r"); }) ==
          "$/r: error: not a runfiles directory\n"
          "$/r: help: build the target with --build_runfile_links, or give its runfiles manifest "
          "instead\n");
  }
}

TEST_CASE(
    "runfiles directory: what a program wrote beside Bazel's links is left out, with a warning") {
  const TemporaryDirectory temporary;
  const std::string source = temporary.write("src/m.py", "import sys");
  temporary.link("r/_main/m.py", source);
  temporary.write("r/_main/__pycache__/m.pyc", "code");
  temporary.write("r/_main/listed.txt", "copied by Bazel");
  const std::string without_manifest = read_text(temporary, temporary / "r");
  CHECK(without_manifest.find("_main/__pycache__/m.pyc") != std::string::npos);

  temporary.write("r/MANIFEST", "_main/listed.txt " + source + "\n_main/m.py " + source + "\n");
  const std::string text = read_text(temporary, temporary / "r");
  CHECK(text.find("_main/listed.txt") != std::string::npos);
  CHECK(text.ends_with(
      "$/r: warning: 1 file that MANIFEST does not list is left out, such as "
      "'_main/__pycache__/m.pyc'\n"
      "$/r: help: programs that ran from here wrote such files; `bazel build` does not\n"));
}

}  // namespace
}  // namespace layer::runfiles_directory_test
