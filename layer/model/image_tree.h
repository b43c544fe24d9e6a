// The file system that a container sees: layers stacked on each other, and path lookup in them.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/path_walk.h"

namespace layer {

struct Stamp;

// What is at one path. Texts live in the arena of whoever builds the tree.
struct Node {
  std::string_view path{};  // relative, '/'-separated, no "." or "..", no trailing '/'
  // source(), inline_bytes(), or link().rest; of a stored kOther "p", "c 1,3", "b 8,0"
  std::string_view content{};
  std::string_view named{};      // its path in its layer, if that leads through a link
  Origin origin{};               // where the input declared it; for a base's node, its layer
  const Stamp* stamp = nullptr;  // of source(), taken when planning; may be null
  const std::string_view* xattrs = nullptr;  // Attributes::xattrs
  uint64_t size = 0;                         // bytes of a kFile
  int64_t mtime = 0;                         // seconds since the epoch
  uint32_t mode = 0;                         // permission bits
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t layer = 0;  // index of its layer, base first
  uint32_t inode = 0;  // kFile: hardlinks of one file share a number, other files have others
  NodeKind kind = NodeKind::kFile;
  bool is_inline = false;  // a kFile that is not on this machine's disk
  uint16_t ups = 0;        // link().ups

  // For a kFile, the path of its bytes on this machine; may be empty.
  std::string_view source() const {
    return kind == NodeKind::kFile && !is_inline ? content : std::string_view();
  }
  // For a kFile that is not on disk, its bytes.
  std::string_view inline_bytes() const {
    return kind == NodeKind::kFile && is_inline ? content : std::string_view();
  }
  // For a kSymlink, its text.
  LinkText link() const { return kind == NodeKind::kSymlink ? LinkText{content, ups} : LinkText(); }
};

// Where a path leads.
struct Resolution : PathEnd {
  const Node* node = nullptr;  // at `path`; null after a fault, and for the root
};

// An index of nodes by path that takes at most 8 bytes per node, because an image may hold a
// million.
class PathIndex {
 public:
  // Indexes nodes, none of which has the same path as another. find() must be given the same nodes.
  void build(const std::vector<Node>& nodes);
  const Node* find(const std::vector<Node>& nodes, std::string_view path) const;

 private:
  // A hash table with open addressing and a keyed hash, a power of two in size and at least half empty. A slot holds
  // the node's index + 1, or 0 for none.
  std::vector<uint32_t> slots_;
};

class ImageTree {
 public:
  // Puts a layer on top of those added before, as OCI's image-spec layer.md applies change sets.
  // Nodes may come in any order; if several have the same path, the last one counts. Implied
  // directories are not created: they must be among the nodes.
  void add_layer(std::vector<Node> nodes);

  // All nodes, in tree order, no path twice.
  const std::vector<Node>& nodes() const { return nodes_; }

  // The node at exactly this path, links not followed; null if there is none.
  const Node* find(std::string_view path) const;

  // Where a path leads; see walk_path().
  Resolution resolve(std::string_view path, FinalLink final = FinalLink::kFollow) const;

 private:
  std::vector<Node> nodes_;
  PathIndex index_;
  // Apart, so that a tree can be moved.
  std::shared_ptr<WalkedSoFar> walks_ = std::make_shared<WalkedSoFar>();
};

}  // namespace layer
