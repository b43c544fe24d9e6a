// Walks in entries that are not in an image yet, alone and on a base.
#include "layer/model/entry_walk.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

namespace layer::entry_walk_test {
namespace {

Entry entry(std::string_view path, EntryKind kind, std::string_view content = {}) {
  return {.path = path, .content = content, .kind = kind};
}

Node node(std::string_view path, NodeKind kind, std::string_view content = {}) {
  return {.path = path, .content = content, .kind = kind};
}

std::string to_text(const PathEnd& end) {
  constexpr std::string_view kKinds[] = {"directory", "file", "symlink"};
  constexpr std::string_view kFaults[] = {"", " missing", " not a directory", " loop"};
  std::string text(end.kind ? kKinds[static_cast<size_t>(*end.kind)] : "nothing");
  text += fmt::format(" {}{}", end.path, kFaults[static_cast<size_t>(end.fault)]);
  if (!end.rest.empty()) text += fmt::format(" before {}", end.rest);
  return end.left_root ? text + ", left the root" : text;
}

// In tree order.
const std::vector<Entry> kEntries = {entry("abs", EntryKind::kSymlink, "/d/e"),
                                     entry("d", EntryKind::kDirectory),
                                     entry("d/e/f", EntryKind::kFile, "/disk/f"),
                                     entry("d/e/inline", EntryKind::kInlineFile, "x"),
                                     entry("d/l", EntryKind::kSymlink, "e/f"),
                                     entry("d/out", EntryKind::kSymlink, "../../abs/f"),
                                     entry("d-e", EntryKind::kEmptyFile),
                                     entry("gone", EntryKind::kSymlink, "d/nothing/x"),
                                     entry("lib/over", EntryKind::kFile, "/disk/over"),
                                     entry("loop", EntryKind::kSymlink, "loop"),
                                     entry("through", EntryKind::kSymlink, "d-e/x"),
                                     entry("usr/new", EntryKind::kEmptyFile),
                                     entry("usr/old", EntryKind::kEmptyFile)};

TEST_CASE("entries are walked as they are, with the directories that they imply") {
  const EntryWalk walk(kEntries);
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"d/e/f", "file d/e/f"},
      {"d/e/inline", "file d/e/inline"},
      {"d-e", "file d-e"},
      {"d", "directory d"},
      {"d/e", "directory d/e"},
      {"/d/./e/../l", "file d/e/f"},
      {"abs/f", "file d/e/f"},
      {"abs", "directory d/e"},
      {"d/out", "file d/e/f, left the root"},
      {"gone", "nothing d/nothing missing before x"},
      {"d-e/x/y", "nothing d-e not a directory before x/y"},
      {"through", "nothing d-e not a directory before x"},
      {"loop", "nothing loop loop"},
      {"", "nothing "},
      {"nowhere", "nothing nowhere missing"},
  };
  for (const auto& [path, end] : cases) {
    CAPTURE(path);
    CHECK(to_text(walk.resolve(path)) == end);
  }
  CHECK(walk.find("abs")->kind == NodeKind::kSymlink);
  CHECK(walk.find("abs")->link.to_string() == "/d/e");
  CHECK(walk.find("d/e")->kind == NodeKind::kDirectory);
  CHECK_FALSE(walk.find("d/e/g"));
  CHECK_FALSE(walk.find("z"));
}

TEST_CASE("entries lie on what the base has") {
  ImageTree base;
  base.add_layer({node("bin", NodeKind::kSymlink, "usr/bin"), node("d", NodeKind::kDirectory),
                  node("d/e", NodeKind::kFile), node("gone", NodeKind::kFile),
                  node("lib", NodeKind::kSymlink, "usr"), node("usr", NodeKind::kDirectory),
                  node("usr/bin", NodeKind::kDirectory), node("usr/bin/sh", NodeKind::kFile),
                  node("usr/old", NodeKind::kDirectory), node("usr/old/x", NodeKind::kFile)});
  const EntryWalk walk(kEntries, &base);
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"bin/sh", "file usr/bin/sh"},  // all of the base
      {"usr/new", "file usr/new"},
      {"d/e/f", "file d/e/f"},        // its parent is a file of the base
      {"lib/over", "file lib/over"},  // its parent is a link of the base
      {"gone", "nothing d/nothing missing before x"},
      {"usr/old/x", "nothing usr/old not a directory before x"},
  };
  for (const auto& [path, end] : cases) {
    CAPTURE(path);
    CHECK(to_text(walk.resolve(path)) == end);
  }
}

}  // namespace
}  // namespace layer::entry_walk_test
