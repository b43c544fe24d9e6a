// Which files of the inputs have the bytes of which files of the base image.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "layer/base/digest.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"

namespace layer {

// Holds what was compared. Whatever it does not hold counts as different.
struct BaseContents {
  struct File {
    Digest digest;
    uint32_t mode_by_content = 0;
  };
  std::unordered_map<uint32_t, File> of_base;     // by Node::inode
  std::unordered_map<uint32_t, Digest> of_input;  // by index in the FileTree

  // The base's file, if the entry has its bytes; else null.
  const File* equal_file(uint32_t entry, const Node& node) const;
};

// Whether the base's `node` is what the entry is planned to be: type, content, mode and owner; of a
// directory the time, too. `entry` is the entry's index in the FileTree.
bool is_same(const BaseContents& contents, const Node& node, const TarEntry& planned,
             uint32_t entry);

}  // namespace layer
