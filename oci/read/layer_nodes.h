// Turns one layer's entries into nodes of the tree, on top of the layers below it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"

namespace oci {

// What an image may still hold: entries, and bytes of their names and links.
struct TreeBudget {
  uint64_t nodes = uint64_t{4} << 20;
  uint64_t text = uint64_t{512} << 20;
};

// The nodes of one layer while it is read, for ImageTree::add_layer(). Functions that take an
// entry's path return what is wrong with it in words that follow the path, or nothing. Throws Error
// when the budget is used up.
class LayerNodes {
 public:
  using Fault = std::optional<std::string>;

  // `below` stays as it is while this lives.
  LayerNodes(const layer::ImageTree& below, layer::StringArena& arena, TreeBudget& budget,
             uint32_t layer, layer::Origin origin)
      : below_(below), arena_(arena), budget_(budget), layer_(layer), origin_(origin) {}

  // A copy in the arena.
  std::string_view keep(std::string_view text);

  // The same of a text that many entries may share; null for an empty one.
  const std::string_view* keep_shared(std::string_view text);

  // Where an entry of this path goes: its parent's links followed, parents that are missing made
  // up. The result is kept.
  Fault place(std::string_view path, std::string_view& placed);

  // `node.path` is as place() gave it.
  void add(const layer::Node& node);

  // A file that is to be another name of one that is there, in this layer or below.
  Fault add_hardlink(std::string_view path, std::string_view target);

  // A whiteout of `path`, or an opaque mark of the directory `path`; image-spec layer.md.
  void hide(std::string_view path, layer::NodeKind kind) { hidden_.push_back({path, kind}); }

  // Call once, at the end. A whiteout only ever speaks of the layers below.
  std::vector<layer::Node> take();

 private:
  struct Hidden {
    std::string_view path;
    layer::NodeKind kind;
  };

  const layer::Node* find(std::string_view path) const;
  Fault walk(std::string_view parent, std::string& physical);
  void add_parent(std::string_view path);
  void charge(uint64_t& left, uint64_t amount) const;

  const layer::ImageTree& below_;
  layer::StringArena& arena_;
  TreeBudget& budget_;
  uint32_t layer_;
  layer::Origin origin_;
  std::vector<layer::Node> nodes_;
  std::unordered_map<std::string_view, size_t> index_;  // into nodes_, by path
  std::vector<Hidden> hidden_;
  std::string_view last_parent_;    // as an entry named it
  std::string_view last_physical_;  // where it is
};

}  // namespace oci
