// Records which input files have the same bytes as files of the base image.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "layer/base/digest.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"

namespace layer {

// The digests of files that were compared. A file that is not in it counts as different.
struct BaseContents {
  struct File {
    Digest digest;
    uint32_t mode_by_content = 0;
  };
  std::unordered_map<uint32_t, File> of_base;     // by Node::inode
  std::unordered_map<uint32_t, Digest> of_input;  // by index in the FileTree

  // The base's file `node`, if the entry has the same bytes; else null.
  const File* equal_file(uint32_t entry, const Node& node) const;
};

// Whether the base's `node` is exactly what the entry is planned to be: type, content (or link
// text), owner and extended attributes; for files and directories the mode, and for directories the
// time too. `entry` is the entry's index in the FileTree.
bool is_same(const BaseContents& contents, const Node& node, const TarEntry& planned,
             uint32_t entry);

}  // namespace layer
