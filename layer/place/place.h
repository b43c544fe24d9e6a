// Where in the image each entry goes, when that is not simply its own path.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"

namespace layer {

// What holds an entry in the image.
enum class HeldBy : uint8_t {
  kLayer,      // the layer that it is assigned to
  kBase,       // the base image, which has the same at its path
  kEqualFile,  // another directory of the tree, which is the same one
};

// One thing that a layer will hold.
struct Placement {
  std::string_view path;  // in the image, relative
  std::string_view link;  // of a symlink that placing adds or changes: its text; else empty
  uint32_t entry = 0;     // index in the tree; of an added link, the entry it was added for
  HeldBy held_by = HeldBy::kLayer;
};

// Every entry of the tree, in its order, at its own path. What relocates entries works on this list
// and keeps the order and the number of the first ones; added links go behind them.
std::vector<Placement> place_entries(const FileTree& tree);

// What is stated about an entry where the base image has `node` (null: nothing); may be null.
const Attributes* stated_attributes(const Entry& entry, const Node* node);

}  // namespace layer
