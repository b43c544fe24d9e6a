// Makes the list of placements that relocating code works on.
#include "layer/place/place.h"

namespace layer {

std::vector<Placement> place_entries(const FileTree& tree) {
  std::vector<Placement> placed;
  placed.reserve(tree.entries.size());
  for (uint32_t i = 0; i < tree.entries.size(); ++i) {
    placed.push_back({.path = tree.entries[i].path, .link = {}, .entry = i});
  }
  return placed;
}

const Attributes* stated_attributes(const Entry& entry, const Node* node) {
  const bool is_merged =
      entry.kind == EntryKind::kDirectory && node != nullptr && node->kind == NodeKind::kDirectory;
  return is_merged && entry.yields_to_base ? nullptr : entry.attributes;
}

}  // namespace layer
