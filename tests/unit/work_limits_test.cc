// What others' images may cost: each limit that no option raises ends the work with an error.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checked_image.h"
#include "layer/base/error.h"
#include "layer/model/image_tree.h"
#include "layer/probe/probe.h"
#include "oci/read/layer_nodes.h"

namespace layer::work_limits_test {
namespace {

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string repeat(std::string_view text, size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

TEST_CASE("limits: links that lead through folders again and again, over all paths of a tree") {
  std::vector<std::string> texts;
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) {
    texts.push_back(repeat("d/../", 800) + "l" + std::to_string(i + 1));
    names.push_back("l" + std::to_string(i));
  }
  std::vector<Node> nodes(2);
  nodes[0].path = "d";
  nodes[0].kind = NodeKind::kDirectory;
  nodes[1].path = "l40";
  for (size_t i = 0; i < texts.size(); ++i) {
    Node& link = nodes.emplace_back();
    link.path = names[i];
    link.content = texts[i];
    link.kind = NodeKind::kSymlink;
  }
  ImageTree tree;
  tree.add_layer(nodes);
  CHECK(tree.resolve("l0").path == "l40");
  CHECK(error_of([&] {
          for (int i = 0; i < 1000; ++i) tree.resolve("l0");
        }) ==
        "l0: error: the links on the way to this and other paths lead through more than "
        "1024 MiB of folders' names\n");
}

TEST_CASE("limits: paths, names and links of an image's layers, together") {
  StringArena arena;
  const Origin layer{arena.intern(Declaration{.file = "blob"})};
  const std::string help =
      "blob: help: if you trust where this comes from, raise the limit with --max-entries\n";
  oci::TreeBudget budget(2);
  CHECK(error_of([&] {
          for (int i = 0; i < 3; ++i) budget.take_node(layer);
        }) == "blob: error: takes the image beyond 2 paths\n" + help);
  CHECK(error_of([&] {
          budget.take_text(256, layer);
          budget.take_text(1, layer);
        }) == "blob: error: takes the names and link texts of the image beyond 256 bytes\n" + help);
  const uint64_t most = (uint64_t{1} << 30) + 2048;
  CHECK(error_of([&] {
          budget.take_walk(most, layer);
          budget.take_walk(1, layer);
        }) ==
        "blob: error: has paths that lead through more than 1024 MiB of "
        "folders' names\n");
  CHECK(error_of([&] {
          budget.take_below(uint64_t{1} << 25, layer);
          budget.take_below(1, layer);
        }) ==
        "blob: error: is one of so many layers, over so many paths, that these are more than "
        "33554432 when they are counted for each layer\n" +
            help);
}

TEST_CASE("limits: what the checks keep of all files") {
  Probes probes;
  Node script;
  script.path = "bin/x";
  CHECK(error_of([&] {
          for (int i = 0; i < 129; ++i) {
            ++script.inode;
            FileProbe probe;
            probe.text.resize(size_t{1} << 20);
            probes.put(script, std::move(probe));
          }
        }) ==
        "bin/x: error: is one of more files than can be checked: the beginnings of scripts "
        "and the names of libraries take more than 128 MiB\n"
        "bin/x: help: build with --check=off\n");
  CHECK(script.inode == 129);
}

TEST_CASE("limits: files that the include lines of ld.so.conf look at") {
  CheckedImage image;
  image.elf("app/x.runfiles/r/a.so", {"libq.so"});
  for (int i = 0; i < 1000; ++i) image.file("etc/d/" + std::to_string(i));
  image.file("etc/ld.so.conf", repeat("include d/*.conf\n", 1001));
  CHECK(error_of([&] { image.messages(); }) ==
        "/etc/ld.so.conf: error: its 'include' lines look at more than 1000000 files\n");
}

}  // namespace
}  // namespace layer::work_limits_test
