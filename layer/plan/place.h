// Where in the image each entry goes, when that is not simply its own path.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/file_tree.h"

namespace layer {

// One thing that a layer will hold.
struct PlacedEntry {
  std::string_view path;  // in the image, relative
  uint32_t entry = 0;     // index in the tree; of an added link, the entry it was added for
  std::string_view link;  // of a symlink that placing adds: its text; empty for the entry itself
};

// Every entry of the tree, in its order, at its own path. What relocates entries works on this list
// and keeps the order and the number of the first ones; added links go behind them.
std::vector<PlacedEntry> place_entries(const FileTree& tree);

}  // namespace layer
