// A file system as a container sees it: what layers, laid one over the other, amount to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"

namespace layer {

struct Stamp;

// How many links Linux follows in one path: path_resolution(7).
inline constexpr int kMaxLinksFollowed = 40;

enum class NodeKind : uint8_t {
  kDirectory,
  kFile,
  kSymlink,
  kOther,     // device or pipe
  kWhiteout,  // only in add_layer(): removes what lower layers have at this path and below it
  kOpaque,    // only in add_layer(): removes what lower layers have below this directory
};

// What is at one path. Texts live in the arena of the tree's builder.
struct Node {
  std::string_view path{};     // relative, '/'-separated, no "." or "..", no trailing '/'
  std::string_view content{};  // source(), or link().rest
  std::string_view named{};    // the path that its layer names it by, if that leads through a link
  Origin origin{};             // where the input declared it; of an image's own entries, its layer
  const Stamp* stamp = nullptr;              // of source() when it was looked at; may be null
  const std::string_view* xattrs = nullptr;  // Attributes::xattrs
  uint64_t size = 0;                         // bytes of a kFile
  int64_t mtime = 0;                         // seconds since the epoch
  uint32_t mode = 0;                         // permission bits
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t layer = 0;  // index of the layer that it is in, base first
  uint32_t inode = 0;  // kFile: hardlinks of one file have the same number, other files another
  NodeKind kind = NodeKind::kFile;
  uint16_t ups = 0;  // link().ups

  // Of a kFile where its bytes can be read on this machine; may be empty.
  std::string_view source() const { return kind == NodeKind::kFile ? content : std::string_view(); }
  // Of a kSymlink its text.
  LinkText link() const { return kind == NodeKind::kSymlink ? LinkText{content, ups} : LinkText(); }
};

enum class ResolveFault : uint8_t {
  kNone,
  kMissing,       // nothing is at `path`
  kNotDirectory,  // a file is at `path`, where a directory is needed
  kLoop,          // more than 40 links, as Linux counts (path_resolution(7)); `path` is the last
};

// Where a path leads. `path` has no links, "." or ".." in it; with a fault, it is where the
// walk stopped.
struct Resolution {
  const Node* node = nullptr;  // null with a fault, and for the root
  std::string path;
  std::string rest{};  // with a fault, the components that were not walked: "a/../b"
  ResolveFault fault = ResolveFault::kNone;
  bool left_root = false;  // a ".." at the root, where the kernel stays
};

enum class FinalLink : uint8_t { kFollow, kKeep };

// Finds nodes by path in 8 bytes a node or less: an image may hold a million.
class PathIndex {
 public:
  // Of nodes that have no path twice; find() is given the same.
  void build(const std::vector<Node>& nodes);
  const Node* find(const std::vector<Node>& nodes, std::string_view path) const;

 private:
  // Open addressing: the node's number and 1, 0 for none; a power of two of them, half empty.
  std::vector<uint32_t> slots_;
};

class ImageTree {
 public:
  // Puts a layer on top of those added before, as OCI's image-spec layer.md applies change sets.
  // Nodes may come in any order; of several with one path the last counts. Directories that are
  // only implied are not made up: name them.
  void add_layer(std::vector<Node> nodes);

  // In tree order, no path twice.
  const std::vector<Node>& nodes() const { return nodes_; }

  // What is at exactly this path, links not followed; null when nothing is.
  const Node* find(std::string_view path) const;

  // Walks a path as the kernel does: links in every component are followed, ".." is physical, an
  // absolute link text starts at the root. `path` may begin with '/'.
  Resolution resolve(std::string_view path, FinalLink final = FinalLink::kFollow) const;

 private:
  std::vector<Node> nodes_;
  PathIndex index_;
};

}  // namespace layer
