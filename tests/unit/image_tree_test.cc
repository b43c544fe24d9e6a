#include "layer/model/image_tree.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace layer::image_tree_test {
namespace {

Node node(std::string_view path, NodeKind kind, std::string_view link = {}) {
  Node made;
  made.path = path;
  made.kind = kind;
  made.content = link;
  return made;
}
Node directory(std::string_view path) {
  return node(path, NodeKind::kDirectory);
}
Node file(std::string_view path) {
  return node(path, NodeKind::kFile);
}
Node symlink(std::string_view path, std::string_view text) {
  return node(path, NodeKind::kSymlink, text);
}

std::string paths(const ImageTree& tree) {
  std::string text;
  for (const Node& each : tree.nodes()) text += std::string(each.path) + ' ';
  return text;
}

TEST_CASE("an upper layer replaces, hides and removes as change sets do") {
  struct Case {
    const char* name;
    std::vector<Node> upper;
    const char* paths;
  };
  const std::vector<Case> cases{
      {"a file replaces a file", {file("d/a")}, "d d/a d/b d-e "},
      {"a directory keeps what is below", {directory("d")}, "d d/a d/b d-e "},
      {"a file hides the directory it replaces", {file("d")}, "d d-e "},
      {"a whiteout removes", {node("d/a", NodeKind::kWhiteout)}, "d d/b d-e "},
      {"a whiteout removes a directory", {node("d", NodeKind::kWhiteout)}, "d-e "},
      {"an opaque mark hides only lower layers",
       {file("d/c"), node("d", NodeKind::kOpaque), directory("d")},
       "d d/c d-e "},
      {"a whiteout beside a new directory",
       {node("d", NodeKind::kWhiteout), file("e/x"), directory("e")},
       "d-e e e/x "},
      {"what a layer names twice counts once", {file("x"), symlink("x", "d")}, "d d/a d/b d-e x "},
  };
  for (const Case& each : cases) {
    CAPTURE(each.name);
    ImageTree tree;
    tree.add_layer({file("d-e"), file("d/b"), file("d/a"), directory("d")});
    tree.add_layer(each.upper);
    CHECK(paths(tree) == each.paths);
  }
}

TEST_CASE("a path leads where the kernel would go") {
  ImageTree tree;
  tree.add_layer({directory("usr"), directory("usr/lib"), file("usr/lib/x"),
                  symlink("lib", "usr/lib"), symlink("abs", "/usr/lib/x"),
                  symlink("usr/up", "../../../lib"), symlink("one", "two"), symlink("two", "one"),
                  symlink("gone", "nowhere/x")});
  struct Case {
    const char* path;
    FinalLink final;
    const char* leads_to;
    ResolveFault fault;
    bool left_root;
    const char* rest = "";
  };
  const std::vector<Case> cases{
      {"/lib/x", FinalLink::kFollow, "usr/lib/x", ResolveFault::kNone, false},
      {"lib", FinalLink::kKeep, "lib", ResolveFault::kNone, false},
      {"lib/../up", FinalLink::kKeep, "usr/up", ResolveFault::kNone, false},
      {"usr/up/x", FinalLink::kFollow, "usr/lib/x", ResolveFault::kNone, true},
      {"abs", FinalLink::kFollow, "usr/lib/x", ResolveFault::kNone, false},
      {"one", FinalLink::kFollow, "two", ResolveFault::kLoop, false},
      {"gone", FinalLink::kFollow, "nowhere", ResolveFault::kMissing, false, "x"},
      {"gone/../y", FinalLink::kFollow, "nowhere", ResolveFault::kMissing, false, "x/../y"},
      {"usr/lib/x/y", FinalLink::kFollow, "usr/lib/x", ResolveFault::kNotDirectory, false, "y"},
      {"/", FinalLink::kFollow, "", ResolveFault::kNone, false},
  };
  for (const Case& each : cases) {
    CAPTURE(each.path);
    const Resolution found = tree.resolve(each.path, each.final);
    CHECK(found.fault == each.fault);
    CHECK(found.left_root == each.left_root);
    CHECK(found.rest == each.rest);
    if (each.fault != ResolveFault::kLoop) CHECK(found.path == each.leads_to);
    CHECK((found.node != nullptr) == (each.fault == ResolveFault::kNone && found.path != ""));
  }
}

}  // namespace
}  // namespace layer::image_tree_test
