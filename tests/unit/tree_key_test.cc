// What a key of a build's inputs depends on.
#include "layer/identify/tree_key.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "layer/identify/stamp_files.h"
#include "layer/model/string_arena.h"
#include "tests/unit/temporary_directory.h"

namespace layer::tree_key_test {
namespace {

constexpr int64_t kFarFuture = INT64_MAX / 2;  // from where everything is settled
constexpr Stamp kStamp{1, 2, 3, 4, 5};

FileTree sample() {
  FileTree tree;
  tree.entries = {{.path = "dir", .kind = EntryKind::kDirectory},
                  {.path = "dir/file", .content = "/disk/file", .stamp = &kStamp},
                  {.path = "dir/link", .content = "file", .kind = EntryKind::kSymlink}};
  tree.workspaces = {"_main"};
  tree.lost = {{{.path = "dir/lost"}, "dir", Fate::kObscured}};
  return tree;
}

TEST_CASE("tree key: depends on whatever an input states, and on each file's stamp") {
  static constexpr Attributes kMode{.mode = 0755, .uid = {}, .gid = {}, .mtime = {}};
  static constexpr Attributes kUid{.mode = {}, .uid = 0755, .gid = {}, .mtime = {}};
  static constexpr Declaration kFile{.file = "x"};
  static constexpr Declaration kOwner{.owner = "x"};
  static constexpr Declaration kGroup{.group = "x"};
  static constexpr Declaration kRepository{.repository = "x"};
  static constexpr Stamp kLater{1, 2, 3, 4, 6};
  const std::vector<std::pair<std::string, std::function<void(FileTree&)>>> changes{
      {"nothing", [](FileTree&) {}},
      {"path", [](FileTree& tree) { tree.entries[1].path = "dir/File"; }},
      {"content", [](FileTree& tree) { tree.entries[1].content = "/disk/other"; }},
      {"link", [](FileTree& tree) { tree.entries[2].content = "File"; }},
      {"kind", [](FileTree& tree) { tree.entries[0].kind = EntryKind::kEmptyFile; }},
      {"target", [](FileTree& tree) { tree.entries[1].target = "x"; }},
      {"owner", [](FileTree& tree) { tree.entries[1].origin.declaration = &kOwner; }},
      {"group", [](FileTree& tree) { tree.entries[1].origin.declaration = &kGroup; }},
      {"repository", [](FileTree& tree) { tree.entries[1].origin.declaration = &kRepository; }},
      {"origin", [](FileTree& tree) { tree.entries[1].origin.declaration = &kFile; }},
      {"line", [](FileTree& tree) { tree.entries[1].origin.line = 1; }},
      {"column", [](FileTree& tree) { tree.entries[1].origin.column = 1; }},
      {"mode", [](FileTree& tree) { tree.entries[1].attributes = &kMode; }},
      {"uid", [](FileTree& tree) { tree.entries[1].attributes = &kUid; }},
      {"stamp", [](FileTree& tree) { tree.entries[1].stamp = &kLater; }},
      {"yields", [](FileTree& tree) { tree.entries[0].yields_to_base = true; }},
      {"one less", [](FileTree& tree) { tree.entries.pop_back(); }},
      {"workspace", [](FileTree& tree) { tree.workspaces = {"main"}; }},
      {"lost", [](FileTree& tree) { tree.lost[0].fate = Fate::kMerged; }},
      {"none lost", [](FileTree& tree) { tree.lost.clear(); }},
  };
  std::vector<Digest> keys;
  for (const auto& [name, change] : changes) {
    const std::string& what = name;
    CAPTURE(what);
    FileTree tree = sample();
    change(tree);
    const std::optional<Digest> key = tree_key(tree, kFarFuture);
    REQUIRE(key);
    CHECK(key == tree_key(tree, kFarFuture));
    CHECK(std::find(keys.begin(), keys.end(), *key) == keys.end());
    keys.push_back(*key);
  }
}

TEST_CASE("tree key: depends on entries beyond the first run of them") {
  FileTree tree;
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back(std::to_string(i));
  for (const std::string& name : names) {
    tree.entries.push_back({.path = name, .kind = EntryKind::kDirectory});
  }
  const std::optional<Digest> key = tree_key(tree, kFarFuture);
  tree.entries.back().kind = EntryKind::kEmptyFile;
  CHECK(key != tree_key(tree, kFarFuture));
}

TEST_CASE("tree key: none while a file was not looked at or may change within one tick") {
  FileTree tree = sample();
  CHECK(tree_key(tree, 0) == std::nullopt);
  tree.entries[1].stamp = nullptr;
  CHECK(tree_key(tree, kFarFuture) == std::nullopt);
}

TEST_CASE("stamp files: each file that nobody looked at, through links") {
  const TemporaryDirectory folder;
  folder.write("disk/file", "content");
  folder.link("disk/link", "file");
  StringArena arena;
  FileTree tree;
  const std::string file = folder / "disk/file";
  const std::string link = folder / "disk/link";
  tree.entries = {{.path = "a", .content = file},
                  {.path = "b", .content = link},
                  {.path = "c", .content = "/nowhere", .stamp = &kStamp},
                  {.path = "d", .content = "/nowhere", .kind = EntryKind::kSymlink}};
  stamp_files(tree, arena);
  REQUIRE(tree.entries[0].stamp != nullptr);
  CHECK(*tree.entries[0].stamp == look_at(tree.entries[0]));
  CHECK(tree.entries[0].stamp->size == 7);
  REQUIRE(tree.entries[1].stamp != nullptr);
  CHECK(*tree.entries[1].stamp == *tree.entries[0].stamp);
  CHECK(tree.entries[2].stamp == &kStamp);
  CHECK(tree.entries[3].stamp == nullptr);
}

}  // namespace
}  // namespace layer::tree_key_test
