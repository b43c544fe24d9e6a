// The reader of --tree: where things land, what they keep.
#include "layer/read/source_tree.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>

#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::source_tree_test {
namespace {

// The entries, then notes and warnings.
std::string read_text(const TemporaryDirectory& temporary, const std::string& argument,
                      const TreeOptions& options = {}) {
  StringArena arena;
  Diagnostics found;
  SourceTrees trees(options, arena, found);
  std::string text = to_text(trees.read(argument));
  trees.finish();
  for (const Diagnostic& note : trees.notes()) text += note.to_string("note");
  for (const Diagnostic& warning : found.warnings()) text += warning.to_string("warning");
  return temporary.strip(text);
}

TEST_CASE(
    "source tree: with modes of the disk a directory keeps links, modes and empty directories") {
  const TreeOptions disk{.modes = TreeModes::kDisk};
  const TemporaryDirectory temporary;
  REQUIRE(chmod(temporary.write("s/bin/tool", "#!").c_str(), 04755) == 0);
  REQUIRE(chmod(temporary.write("s/bin-x", "x").c_str(), 0640) == 0);
  temporary.link("s/bin/abs", "/etc/hostname");
  temporary.link("s/rel", "bin");
  REQUIRE(chmod(temporary.make_directory("s/void").c_str(), 01777) == 0);
  REQUIRE(chmod((temporary / "s/bin").c_str(), 0755) == 0);
  REQUIRE(chmod((temporary / "s").c_str(), 0700) == 0);
  CHECK(read_text(temporary, temporary / "s" + ":/opt//x/", disk) ==
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
  CHECK(read_text(temporary, temporary / "s/" + ":", disk) == at_root);
  CHECK(read_text(temporary, temporary / "s" + ":/", disk) == at_root);
}

TEST_CASE("source tree: modes follow the executable bit, whatever the umask was") {
  const TemporaryDirectory temporary;
  REQUIRE(chmod(temporary.write("s/tool", "#!").c_str(), 0700) == 0);
  REQUIRE(chmod(temporary.write("s/text", "x").c_str(), 0600) == 0);
  REQUIRE(chmod(temporary.write("s/shared", "x").c_str(), 0674) == 0);
  REQUIRE(chmod(temporary.make_directory("s/void").c_str(), 02700) == 0);
  REQUIRE(chmod((temporary / "s").c_str(), 0700) == 0);
  CHECK(read_text(temporary, temporary / "s" + ":/x") ==
        "dir x\n"
        "file x/shared -> $/s/shared mode=0644\n"
        "file x/text -> $/s/text mode=0644\n"
        "file x/tool -> $/s/tool mode=0755\n"
        "dir x/void\n");
  CHECK(read_text(temporary, temporary / "s/tool" + ":/x") == "file x -> $/s/tool mode=0755\n");
  REQUIRE(chmod((temporary / "s/tool").c_str(), 04755) == 0);
  REQUIRE(chmod((temporary / "s/void").c_str(), 01777) == 0);
  CHECK(read_text(temporary, temporary / "s" + ":") ==
        "file shared -> $/s/shared mode=0644\n"
        "file text -> $/s/text mode=0644\n"
        "file tool -> $/s/tool mode=0755\n"
        "dir void\n"
        "$/s/tool: warning: has, like 1 more, a setuid, setgid or sticky bit on disk, but not in "
        "the image\n"
        "$/s/tool: help: --tree-modes=disk keeps the modes that files have on disk\n");
}

TEST_CASE("source tree: excludes and an ignore file leave out, and exceptions keep") {
  const TemporaryDirectory temporary;
  temporary.write("s/a/b/keep", "");
  temporary.write("s/a/b/x", "");
  temporary.write("s/a/c/x", "");
  temporary.write("s/log", "");
  temporary.write("s/.dockerignore", "a\n!a/b/keep\n.dockerignore\n");
  CHECK(read_text(temporary, temporary / "s" + ":/x") ==
        "dir x\n"
        "dir x/a\n"
        "dir x/a/b\n"
        "file x/a/b/keep -> $/s/a/b/keep mode=0644\n"
        "file x/log -> $/s/log mode=0644\n");
  CHECK(read_text(temporary, temporary / "s" + ":/x", {.excludes = {"**/keep", "none", "!no"}}) ==
        "dir x\n"
        "file x/log -> $/s/log mode=0644\n"
        "veneer: warning: --exclude 'none' matches nothing in any --tree or --app\n"
        "veneer: help: patterns are those of .dockerignore: 'NAME' is at the top of SRC, "
        "'**/NAME' anywhere below it\n");
  temporary.write("s/.veneerignore", "*\n!log\n");
  CHECK(read_text(temporary, temporary / "s" + ":/x") ==
        "dir x\n"
        "file x/log -> $/s/log mode=0644\n");
}

TEST_CASE("source tree: what a run writes to is not packed, by whatever name") {
  const TemporaryDirectory temporary;
  temporary.write("s/text", "");
  temporary.write("s/out/index.json", "");
  temporary.write("s/image.tar", "");
  temporary.link("elsewhere", "s/out");
  const TreeOptions options{
      .own_outputs = {temporary / "elsewhere", temporary / "s/../s/image.tar", "/no/such/file"}};
  CHECK(read_text(temporary, temporary / "s" + ":/x", options) ==
        "dir x\n"
        "file x/text -> $/s/text mode=0644\n"
        "$/s/image.tar: note: is left out of the image: this run writes there\n"
        "$/s/out: note: is left out of the image: this run writes there\n");
  CHECK(temporary.error_of([&] { read_text(temporary, temporary / "s/out" + ":/x", options); }) ==
        "veneer: error: tree '$/s/out:/x': this run writes to '$/s/out'\n"
        "veneer: help: pack another folder, or name another output\n");
}

TEST_CASE("source tree: what is hardly meant to be packed is warned of, unless it is said to be") {
  const TemporaryDirectory temporary;
  temporary.write("s/.git/config", "");
  temporary.write("s/.git/.env", "");
  temporary.write("s/a/.env", "");
  temporary.write("s/.env.example", "");
  temporary.write("s/ca.pem", "-----BEGIN CERTIFICATE-----");
  temporary.write("s/own.pem", "-----BEGIN PRIVATE KEY-----");
  temporary.write("s/id_rsa", "");
  temporary.write("s/[x].key", "");
  std::string text = read_text(temporary, temporary / "s" + ":", {.excludes = {"!id_rsa"}});
  CHECK(text.substr(text.find("$/s/.git: warning")) ==
        "$/s/.git: warning: goes into the image although it is a repository with its history\n"
        "$/s/.git: help: leave it out with --exclude '.git', or confirm it with --exclude '!.git'\n"
        "$/s/[x].key: warning: goes into the image although it looks like a private key\n"
        "$/s/[x].key: help: leave it out with --exclude '\\[x\\].key', or confirm it with "
        "--exclude '!\\[x\\].key'\n"
        "$/s/own.pem: warning: goes into the image although it holds a private key\n"
        "$/s/own.pem: help: leave it out with --exclude 'own.pem', or confirm it with --exclude "
        "'!own.pem'\n"
        "$/s/a/.env: warning: goes into the image although it usually holds secrets\n"
        "$/s/a/.env: help: leave it out with --exclude 'a/.env', or confirm it with --exclude "
        "'!a/.env'\n");
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
       "directory\n"
       "$/s: help: leave it out with --exclude 'pipe'\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.argument);
    CHECK(temporary.error_of([&] { read_text(temporary, c.argument); }) == c.message);
  }
}

}  // namespace
}  // namespace layer::source_tree_test
