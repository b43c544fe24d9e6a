// Turns one layer's entries into nodes of the tree, on top of the layers below it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"

namespace oci {

// How many more entries, and bytes of their names and links, an image may hold; and what following
// links to find their places may still cost (layer/model/walk_limit.h).
class TreeBudget {
 public:
  // Of an image of at most so many entries.
  explicit TreeBudget(uint64_t entries)
      : max_nodes_(entries),
        max_text_(entries * 128),
        max_walk_((uint64_t{1} << 30) + entries * 1024),
        max_below_(std::max(uint64_t{1} << 25, entries * 8)) {}

  // Each throws Error at the position, a layer's, if that is more than is left.
  void take_node(const layer::Origin& layer);
  void take_text(uint64_t bytes, const layer::Origin& layer);
  void take_walk(uint64_t cost, const layer::Origin& layer);
  // Of the paths that a layer is laid over: each of them is looked at again.
  void take_below(uint64_t paths, const layer::Origin& layer);

 private:
  uint64_t max_nodes_;
  uint64_t max_text_;
  uint64_t max_walk_;
  uint64_t max_below_;
  uint64_t nodes_ = 0;
  uint64_t text_ = 0;
  uint64_t walk_ = 0;
  uint64_t below_ = 0;
};

// Collects the nodes of one layer, for ImageTree::add_layer(). Functions that take an entry's path
// return what is wrong with it, in words that follow the path in a message; no value means nothing.
// Every function throws Error when the budget is used up.
class LayerNodes {
 public:
  using Fault = std::optional<std::string>;

  // `below` must not change while this lives; `arena` and `budget` outlive it.
  LayerNodes(const layer::ImageTree& below, layer::StringArena& arena, TreeBudget& budget,
             uint32_t layer, layer::Origin origin)
      : below_(below), arena_(arena), budget_(budget), layer_(layer), origin_(origin) {}

  // Copies the text into the arena.
  std::string_view keep(std::string_view text);

  // The same for a text that many entries may share. Null for an empty one.
  const std::string_view* keep_shared(std::string_view text);

  // Finds where an entry of this path goes: follows links in its parent's path and adds parents
  // that are missing. `placed` is in the arena.
  Fault place(std::string_view path, std::string_view& placed);

  // `node.path` is what place() gave. A second node of one path replaces the first.
  void add(const layer::Node& node);

  // Adds `path` as another name of the file `target`, which is in this layer or below.
  Fault add_hardlink(std::string_view path, std::string_view target);

  // Adds a whiteout of `path`, or an opaque mark of the directory `path`: image-spec layer.md.
  void hide(std::string_view path, layer::NodeKind kind);

  // The nodes; call once, at the end. A whiteout hides only what the layers below have.
  std::vector<layer::Node> take();

 private:
  struct Hidden {
    std::string_view path;
    layer::NodeKind kind;
  };

  const layer::Node* find(std::string_view path) const;
  Fault walk(std::string_view parent, std::string& physical);
  void add_parent(std::string_view path);

  const layer::ImageTree& below_;
  layer::StringArena& arena_;
  TreeBudget& budget_;
  uint32_t layer_;
  layer::Origin origin_;
  std::vector<layer::Node> nodes_;
  // Into nodes_, by path. The hash is keyed: names may be chosen to have one hash.
  layer::NameMap<size_t> index_;
  std::vector<Hidden> hidden_;
  std::string_view last_parent_;    // as an entry named it
  std::string_view last_physical_;  // where it is
};

}  // namespace oci
