// An image's tree with every link already resolved, which the checks walk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "layer/model/image_tree.h"

namespace layer {

// What becomes of a link.
enum class LinkEnd : uint8_t {
  kSound,      // it resolves to something in the image, without ".." taken at the root
  kUnsound,    // it does not
  kLoopBegin,  // it leads back to itself, and no other link of the loop has a lesser path
  kInLoop,     // it leads into a loop that begins elsewhere
  kTooLong,    // it leads through more links than are followed, or through a loop of folders
};

class TreeView {
 public:
  // Resolves every link once, on as many threads as the calling task arena has: links that lead to
  // links share what is behind them. `tree` must outlive this.
  explicit TreeView(const ImageTree& tree);

  const ImageTree& tree() const { return tree_; }
  const std::vector<Node>& nodes() const { return tree_.nodes(); }

  // The node that a link finally leads to, or the node itself if it is no link. Null if the link
  // leads nowhere or to the root.
  const Node* follow(const Node& node) const;

  LinkEnd link_end(const Node& link) const { return ends_[index(link)]; }
  bool is_sound(const Node& link) const { return link_end(link) == LinkEnd::kSound; }

  // Everything below a directory, in tree order. Links are not followed.
  std::span<const Node> below(const Node& directory) const;

  // The node at a path, links followed; null if there is none.
  const Node* find(std::string_view path) const { return tree_.resolve(path).node; }

 private:
  // How far a link has been followed.
  enum class Step : uint8_t { kNext, kOnWay, kSettled };

  size_t index(const Node& node) const { return static_cast<size_t>(&node - nodes().data()); }
  bool is_link(const Node* node) const {
    return node != nullptr && node->kind == NodeKind::kSymlink;
  }
  void take_step(size_t link);
  void settle(size_t link, std::vector<size_t>& way);
  void settle_loop(std::span<const size_t> loop);
  void settle_from_next(size_t link);

  const ImageTree& tree_;
  std::vector<const Node*> target_;  // of links: at first where the text leads, then the end
  std::vector<LinkEnd> ends_;        // of links; kSound until the link leads elsewhere
  std::vector<uint8_t> links_;  // how many links are followed on the way; no more than limit + 1
  std::vector<Step> steps_;     // not bits, because threads write it
};

// Where the link's text leads, a link at that very place not followed.
Resolution next_place(const ImageTree& tree, const Node& link);

}  // namespace layer
