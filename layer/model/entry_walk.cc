// Finds entries by their order: a directory is directly followed by what is below it.
#include "layer/model/entry_walk.h"

#include <algorithm>
#include <string>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

Waypoint waypoint_of(const Entry& entry) {
  switch (entry.kind) {
    case EntryKind::kSymlink:
      return {NodeKind::kSymlink, {entry.content}};
    case EntryKind::kDirectory:
    case EntryKind::kTreeArtifact:
      return {NodeKind::kDirectory};
    case EntryKind::kFile:
    case EntryKind::kEmptyFile:
    case EntryKind::kInlineFile:
      break;
  }
  return {NodeKind::kFile};
}

}  // namespace

std::optional<Waypoint> EntryWalk::find_declared(std::string_view path) const {
  const auto at = std::ranges::lower_bound(entries_, path, tree_order, &Entry::path);
  if (at == entries_.end()) return std::nullopt;
  if (at->path == path) return waypoint_of(*at);
  if (is_below(at->path, path)) return Waypoint{NodeKind::kDirectory};
  return std::nullopt;
}

std::optional<Waypoint> EntryWalk::find(std::string_view path) const {
  if (const std::optional<Waypoint> declared = find_declared(path)) return declared;
  const Node* node = base_ == nullptr ? nullptr : base_->find(path);
  if (node == nullptr) return std::nullopt;
  return Waypoint{node->kind, node->link()};
}

PathEnd EntryWalk::resolve(std::string_view path) const {
  // Nothing lies below an entry that is no directory, so no link is on the way to one.
  const std::optional<Waypoint> declared = find_declared(path);
  if (declared && declared->kind == NodeKind::kFile) return {declared->kind, std::string(path)};
  const uint64_t nodes = entries_.size() + (base_ == nullptr ? 0 : base_->nodes().size());
  return walk_path(
      path, FinalLink::kFollow, [this](std::string_view at) { return find(at); }, walked_, nodes);
}

}  // namespace layer
