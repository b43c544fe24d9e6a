// An image's tree with every link already resolved, which the checks walk.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "layer/model/image_tree.h"

namespace layer {

class TreeView {
 public:
  // Resolves every link, on as many threads as the calling task arena has. `tree` must outlive
  // this.
  explicit TreeView(const ImageTree& tree);

  const ImageTree& tree() const { return tree_; }
  const std::vector<Node>& nodes() const { return tree_.nodes(); }

  // The node that a link finally leads to, or the node itself if it is no link. Null if the link
  // leads nowhere or to the root.
  const Node* follow(const Node& node) const;

  // Whether the link resolves to something in the image without taking ".." at the root.
  bool is_sound(const Node& link) const { return sound_[index(link)] != 0; }

  // Everything below a directory, in tree order. Links are not followed.
  std::span<const Node> below(const Node& directory) const;

  // The node at a path, links followed; null if there is none.
  const Node* find(std::string_view path) const { return tree_.resolve(path).node; }

 private:
  size_t index(const Node& node) const { return static_cast<size_t>(&node - nodes().data()); }
  void follow_link(size_t link);

  const ImageTree& tree_;
  std::vector<const Node*> target_;  // of links
  std::vector<uint8_t> sound_;       // of links; not bits, because threads write it
};

}  // namespace layer
