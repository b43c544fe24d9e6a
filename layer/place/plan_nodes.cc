// Converts entries to nodes.
#include "layer/place/plan_nodes.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "layer/base/keyed_hash.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

Node node_of(const Entry& entry, uint32_t layer) {
  Node node{.path = entry.path, .origin = entry.origin, .layer = layer};
  switch (entry.kind) {
    case EntryKind::kFile:
    case EntryKind::kEmptyFile:
    case EntryKind::kInlineFile:
      node.kind = NodeKind::kFile;
      node.content = entry.content;
      node.is_inline = entry.kind == EntryKind::kInlineFile;
      break;
    case EntryKind::kSymlink:
      node.kind = NodeKind::kSymlink;
      node.content = entry.content;
      break;
    case EntryKind::kDirectory:
    case EntryKind::kTreeArtifact:
      node.kind = NodeKind::kDirectory;
      break;
  }
  return node;
}

NodeKind node_kind(TarType type) {
  switch (type) {
    case TarType::kDirectory:
      return NodeKind::kDirectory;
    case TarType::kSymlink:
      return NodeKind::kSymlink;
    case TarType::kFile:
    case TarType::kHardlink:
      return NodeKind::kFile;
  }
  throw std::logic_error("unknown tar type");
}

}  // namespace

Node to_node(const TarEntry& entry, uint32_t layer) {
  const NodeKind kind = node_kind(entry.type);
  return {.path = entry.path,
          .content = entry.type == TarType::kHardlink ? std::string_view() : entry.content,
          .origin = entry.origin,
          .stamp = entry.stamp,
          .xattrs = entry.xattrs,
          .size = entry.size,
          .mtime = entry.mtime,
          .mode = entry.mode,
          .uid = entry.uid,
          .gid = entry.gid,
          .layer = layer,
          .kind = kind,
          .is_inline = entry.is_inline,
          .ups = entry.ups};
}

std::vector<Node> nodes_of_entries(const std::vector<Entry>& entries, uint32_t layer) {
  std::vector<Node> nodes;
  nodes.reserve(entries.size());
  std::string_view before;
  for (const Entry& entry : entries) {
    for (size_t slash = entry.path.find('/'); slash != std::string_view::npos;
         slash = entry.path.find('/', slash + 1)) {
      const std::string_view parent = entry.path.substr(0, slash);
      if (before == parent || is_below(before, parent)) continue;
      nodes.push_back({.path = parent, .layer = layer, .kind = NodeKind::kDirectory});
    }
    nodes.push_back(node_of(entry, layer));
    before = entry.path;
  }
  return nodes;
}

ImageTree tree_of_entries(const std::vector<Entry>& entries) {
  ImageTree tree;
  tree.add_layer(nodes_of_entries(entries, 0));
  return tree;
}

ImageTree tree_of_plan(const ImagePlan& plan) {
  ImageTree tree;
  uint32_t inode = 0;
  for (uint32_t i = 0; i < plan.layers.size(); ++i) {
    NameMap<Node> files;
    std::vector<Node> nodes;
    nodes.reserve(plan.layers[i].entries.size());
    for (const TarEntry& entry : plan.layers[i].entries) {
      Node node = to_node(entry, i);
      if (entry.type == TarType::kHardlink) {
        node.content = files.at(entry.content).content;
        node.is_inline = files.at(entry.content).is_inline;
        node.inode = files.at(entry.content).inode;
      } else if (entry.type == TarType::kFile) {
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
