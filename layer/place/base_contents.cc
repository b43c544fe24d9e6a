// Compares entries with the base's nodes, kind by kind.
#include "layer/place/base_contents.h"

#include "layer/base/xattrs.h"
#include "layer/place/mode_of_content.h"

namespace layer {
namespace {

bool is_same_file(const BaseContents& contents, const Node& node, const TarEntry& planned,
                  uint32_t entry) {
  if (node.kind != NodeKind::kFile || planned.size != node.size) return false;
  const BaseContents::File* equal = contents.equal_file(entry, node);
  if (planned.size > 0 && equal == nullptr) return false;
  if (planned.mode != kModeByContent) return planned.mode == node.mode;
  return node.mode == (equal == nullptr ? mode_of_content({}) : equal->mode_by_content);
}

}  // namespace

const BaseContents::File* BaseContents::equal_file(uint32_t entry, const Node& node) const {
  const auto input = of_input.find(entry);
  if (input == of_input.end()) return nullptr;
  const auto base = of_base.find(node.inode);
  const bool is_equal = base != of_base.end() && base->second.digest == input->second;
  return is_equal ? &base->second : nullptr;
}

bool is_same(const BaseContents& contents, const Node& node, const TarEntry& planned,
             uint32_t entry) {
  if (planned.uid != node.uid || planned.gid != node.gid) return false;
  if (xattrs_text(planned.xattrs) != xattrs_text(node.xattrs)) return false;
  switch (planned.type) {
    case TarType::kDirectory:
      return node.kind == NodeKind::kDirectory && planned.mode == node.mode &&
             planned.mtime == node.mtime;
    case TarType::kSymlink:
      return node.kind == NodeKind::kSymlink && planned.link() == node.link().to_string();
    case TarType::kFile:
      return is_same_file(contents, node, planned, entry);
    case TarType::kHardlink:
      break;  // made only of what a layer holds
  }
  return false;
}

}  // namespace layer
