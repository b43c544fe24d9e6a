// The list that relocations work on.
#include "layer/plan/place.h"

namespace layer {

std::vector<PlacedEntry> place_entries(const FileTree& tree) {
  std::vector<PlacedEntry> placed;
  placed.reserve(tree.entries.size());
  for (uint32_t i = 0; i < tree.entries.size(); ++i) {
    placed.push_back({tree.entries[i].path, i, {}});
  }
  return placed;
}

}  // namespace layer
