// Placements: where in the image each entry of the tree goes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"

namespace layer {

// What provides an entry in the image.
enum class HeldBy : uint8_t {
  kLayer,          // the layer that it is assigned to
  kBase,           // the base image, which has the same at its path
  kSameDirectory,  // another directory of the tree, placed at the same path
};

// Where one entry goes, or one link that was added.
struct Placement {
  std::string_view path;  // in the image, relative
  std::string_view link;  // text of a symlink that placing adds or changes; else empty
  uint32_t entry = 0;     // index in the tree; for an added link, the entry it was added for
  HeldBy held_by = HeldBy::kLayer;
};

// Every entry of the tree at its own path. Element i is entry i of the tree. Code that relocates
// entries changes elements in place, never their order; links that it adds are appended behind the
// last one.
std::vector<Placement> place_entries(const FileTree& tree);

// The attributes that count for an entry at a path where the base image has `node` (null: nothing).
// For a directory that yields to the base's, that is nothing. May return null.
const Attributes* stated_attributes(const Entry& entry, const Node* node);

}  // namespace layer
