// Where paths lead in the entries of inputs, before a plan makes an image of them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/image_tree.h"
#include "layer/model/path_walk.h"

namespace layer {

// Looks into the entries as they are, for a tree of nodes would take more memory than they do. Safe
// to use from several threads.
class EntryWalk {
 public:
  // `entries` are as in FileTree::entries, and lie on `base` if there is one. Both must outlive
  // this.
  explicit EntryWalk(const std::vector<Entry>& entries, const ImageTree* base = nullptr)
      : entries_(entries), base_(base) {}

  // What is at exactly this path, which may be a directory that entries imply; no value if nothing
  // is.
  std::optional<Waypoint> find(std::string_view path) const;

  // Where a path leads; see walk_path().
  PathEnd resolve(std::string_view path) const;

 private:
  std::optional<Waypoint> find_declared(std::string_view path) const;

  const std::vector<Entry>& entries_;
  const ImageTree* base_;
  mutable WalkedSoFar walked_ = 0;
};

}  // namespace layer
