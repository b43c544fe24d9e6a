// Bazel's merge order, case by case.
#include "layer/resolve/resolve.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace layer::resolve_test {
namespace {

constexpr Declaration kSpec{.file = "in.spec"};

Entry file(std::string_view path, std::string_view content, uint32_t line = 0) {
  Entry entry;
  entry.path = path;
  entry.content = content;
  entry.origin = {&kSpec, line, 1};
  return entry;
}

Entry of_kind(EntryKind kind, std::string_view path, std::string_view content = {},
              uint32_t line = 0) {
  Entry entry = file(path, content, line);
  entry.kind = kind;
  return entry;
}

// "path=content" a line, in order.
std::string listing(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) {
    text += std::string(entry.path) + "=" + std::string(entry.content) + "\n";
  }
  return text;
}

std::string messages(const Diagnostics& found) {
  try {
    found.throw_if_errors();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE(
    "resolve: files replace symlinks, later files replace earlier, root_symlinks replace all") {
  StringArena arena;
  Diagnostics found;
  Runfiles runfiles;
  runfiles.workspace = "_main";
  runfiles.symlinks = {file("a", "symlink-a"), file("b", "symlink-b"), file("b", "symlink-b2"),
                       file("c", "symlink-c")};
  runfiles.files = {file("a", "file-a"), file("d", "file-d"), file("d", "file-d2"),
                    file("../repo/x", "file-x")};
  runfiles.root_symlinks = {file("_main/c", "root-c"), file("other/y", "root-y")};
  CHECK(listing(resolve_runfiles(runfiles, "app.runfiles", arena, found)) ==
        "app.runfiles/_main/a=file-a\n"
        "app.runfiles/_main/b=symlink-b2\n"
        "app.runfiles/_main/c=root-c\n"
        "app.runfiles/_main/d=file-d2\n"
        "app.runfiles/other/y=root-y\n"
        "app.runfiles/repo/x=file-x\n");
  CHECK(found.warnings().empty());
  CHECK(messages(found).empty());
}

TEST_CASE("resolve: what lies below another entry is dropped with a warning") {
  StringArena arena;
  Diagnostics found;
  Runfiles runfiles;
  runfiles.workspace = "_main";
  runfiles.files = {file("a", "file-a", 4)};
  runfiles.symlinks = {file("a/b", "other", 5), file("a-b", "kept", 6)};
  CHECK(listing(resolve_runfiles(runfiles, "r", arena, found)) ==
        "r/_main/a=file-a\n"
        "r/_main/a-b=kept\n");
  REQUIRE(found.warnings().size() == 1);
  CHECK(found.warnings()[0].to_string("warning") ==
        "in.spec:5:1: warning: 'a/b' is dropped, as Bazel drops it: 'a' above it is a file\n"
        "in.spec:4:1: note: declared here\n");
}

TEST_CASE("resolve: a file of a tree artifact, declared again, is dropped silently") {
  StringArena arena;
  Diagnostics found;
  Runfiles runfiles;
  runfiles.workspace = "_main";
  runfiles.files = {of_kind(EntryKind::kTreeArtifact, "t", "out/t"), file("t/x", "out/t/x")};
  runfiles.tree_artifacts["out/t"] = {file("x", "out/t/x"), of_kind(EntryKind::kSymlink, "y", "x")};
  CHECK(listing(resolve_runfiles(runfiles, "r", arena, found)) ==
        "r/_main/t=\n"
        "r/_main/t/x=out/t/x\n"
        "r/_main/t/y=x\n");
  CHECK(found.warnings().empty());
}

TEST_CASE("resolve: empty files fill gaps only; the repo mapping and the workspace marker appear") {
  StringArena arena;
  Diagnostics found;
  Runfiles runfiles;
  runfiles.workspace = "_main";
  runfiles.files = {file("../repo/p/m.py", "m.py"), file("../repo/q/__init__.py", "init.py")};
  runfiles.empty_files = {of_kind(EntryKind::kEmptyFile, "../repo/p/__init__.py"),
                          of_kind(EntryKind::kEmptyFile, "../repo/q/__init__.py")};
  runfiles.repo_mapping = file("_repo_mapping", "out/app.repo_mapping");
  CHECK(listing(resolve_runfiles(runfiles, "r", arena, found)) ==
        "r/_main/.runfile=\n"
        "r/_repo_mapping=out/app.repo_mapping\n"
        "r/repo/p/__init__.py=\n"
        "r/repo/p/m.py=m.py\n"
        "r/repo/q/__init__.py=init.py\n");
}

TEST_CASE("resolve: a root_symlink below a file or a declared symlink is an error") {
  StringArena arena;
  Diagnostics found;
  Runfiles runfiles;
  runfiles.workspace = "_main";
  runfiles.files = {file("a", "file-a", 4), of_kind(EntryKind::kSymlink, "link", "../x", 7)};
  runfiles.root_symlinks = {file("_main/a/b", "b", 9), file("_main/link/c", "c", 10)};
  resolve_runfiles(runfiles, "r", arena, found);
  CHECK(messages(found) ==
        "in.spec:9:1: error: '_main/a/b' lies below '_main/a', which is a file\n"
        "in.spec:4:1: note: declared here\n"
        "in.spec:9:1: help: remove one of the two: an extracted layer can hold only one\n"
        "in.spec:10:1: error: '_main/link/c' lies below '_main/link', which is a symlink\n"
        "in.spec:7:1: note: declared here\n"
        "in.spec:10:1: help: remove one of the two: an extracted layer can hold only one\n");
}

TEST_CASE("resolve: the target of a SymlinkEntry is a path in the runfiles, in trees too") {
  StringArena arena;
  Diagnostics found;
  Runfiles runfiles;
  runfiles.workspace = "_main";
  Entry link = file("_main/v/x.so", "external/r/x.so");
  link.target = "r/x.so";
  Entry tree = of_kind(EntryKind::kTreeArtifact, "_main/v/t", "external/r/t");
  tree.target = "r/t";
  runfiles.root_symlinks = {link, tree};
  runfiles.tree_artifacts["external/r/t"] = {file("in", "external/r/t/in")};
  const std::vector<Entry> entries = resolve_runfiles(runfiles, "app", arena, found);
  REQUIRE(entries.size() == 3);
  CHECK(entries[1].path == "app/_main/v/t/in");
  CHECK(entries[1].target == "r/t/in");
  CHECK(entries[2].target == "r/x.so");
}

TEST_CASE("merge: equal things may come twice, different ones may not") {
  Diagnostics found;
  const FileTree tree =
      merge_inputs({{file("a", "x", 1), of_kind(EntryKind::kDirectory, "d", {}, 2)},
                    {file("a", "x", 3), of_kind(EntryKind::kDirectory, "d", {}, 4)}},
                   found);
  CHECK(listing(tree.entries) == "a=x\nd=\n");
  CHECK(messages(found).empty());

  merge_inputs({{file("a", "x", 1)}, {of_kind(EntryKind::kSymlink, "a", "x", 2)}}, found);
  CHECK(messages(found) ==
        "in.spec:2:1: error: 'a' is a symlink here and a file elsewhere, and they differ\n"
        "in.spec:1:1: note: also declared here\n"
        "in.spec:2:1: help: give each input paths of its own, or leave one of them out\n");
}

TEST_CASE("merge: paths that no layer may hold are refused") {
  struct Case {
    std::string_view path;
    std::string_view reason;
  };
  for (const Case& c :
       {Case{"../x", "leads above the image's root"}, Case{"/x", "is not a relative path"},
        Case{"a//b", "has an empty or a '.' component"},
        Case{"a/./b", "has an empty or a '.' component"},
        Case{"a/", "has an empty or a '.' component"}, Case{"", "is not a relative path"},
        Case{"a/.wh.b/c", "has a name that image layers reserve for deletions (\".wh.\")"}}) {
    Diagnostics found;
    merge_inputs({{file(c.path, "x", 1)}}, found);
    CHECK(messages(found) ==
          "in.spec:1:1: error: '" + std::string(c.path) + "' " + std::string(c.reason) + "\n");
  }
}

}  // namespace
}  // namespace layer::resolve_test
