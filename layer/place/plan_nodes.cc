// Converts planned entries to nodes.
#include "layer/place/plan_nodes.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "layer/base/keyed_hash.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

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
