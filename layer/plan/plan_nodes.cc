// Entries as nodes.
#include "layer/plan/plan_nodes.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "layer/file_tree.h"

namespace layer {
namespace {

Node node_of(const Entry& entry) {
  Node node{.path = entry.path, .origin = entry.origin};
  switch (entry.kind) {
    case EntryKind::kFile:
    case EntryKind::kEmptyFile:
      node.kind = NodeKind::kFile;
      node.source = entry.content;
      break;
    case EntryKind::kSymlink:
      node.kind = NodeKind::kSymlink;
      node.link = entry.content;
      break;
    case EntryKind::kDirectory:
    case EntryKind::kTree:
      node.kind = NodeKind::kDirectory;
      break;
  }
  return node;
}

// A hardlink gets what its target has that only a file has.
Node node_of(const PlannedEntry& entry, uint32_t layer,
             const std::unordered_map<std::string_view, Node>& files) {
  Node node{.path = entry.path,
            .origin = entry.origin,
            .size = entry.size,
            .mtime = entry.mtime,
            .mode = entry.mode,
            .uid = entry.uid,
            .gid = entry.gid,
            .layer = layer};
  switch (entry.type) {
    case TarType::kDirectory:
      node.kind = NodeKind::kDirectory;
      break;
    case TarType::kFile:
      node.source = entry.source;
      break;
    case TarType::kSymlink:
      node.kind = NodeKind::kSymlink;
      node.link = entry.link;
      break;
    case TarType::kHardlink:
      node.source = files.at(entry.link).source;
      node.inode = files.at(entry.link).inode;
      break;
  }
  return node;
}

}  // namespace

ImageTree tree_of_entries(const std::vector<Entry>& entries) {
  std::vector<Node> nodes;
  nodes.reserve(entries.size());
  std::string_view before;
  for (const Entry& entry : entries) {
    for (size_t slash = entry.path.find('/'); slash != std::string_view::npos;
         slash = entry.path.find('/', slash + 1)) {
      const std::string_view parent = entry.path.substr(0, slash);
      if (before == parent || is_below(before, parent)) continue;
      nodes.push_back({.path = parent, .kind = NodeKind::kDirectory});
    }
    nodes.push_back(node_of(entry));
    before = entry.path;
  }
  ImageTree tree;
  tree.add_layer(std::move(nodes));
  return tree;
}

ImageTree tree_of_plan(const ImagePlan& plan) {
  ImageTree tree;
  uint32_t inode = 0;
  for (uint32_t i = 0; i < plan.layers.size(); ++i) {
    std::unordered_map<std::string_view, Node> files;
    std::vector<Node> nodes;
    nodes.reserve(plan.layers[i].entries.size());
    for (const PlannedEntry& entry : plan.layers[i].entries) {
      Node node = node_of(entry, i, files);
      if (entry.type == TarType::kFile) {
        node.inode = ++inode;
        files.emplace(entry.path, node);
      }
      nodes.push_back(node);
    }
    tree.add_layer(std::move(nodes));
  }
  return tree;
}

}  // namespace layer
