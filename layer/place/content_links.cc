// Stores the first of equal files in path order, so that a hardlink comes after its target.
#include "layer/place/content_links.h"

#include <algorithm>
#include <unordered_map>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

// A program finds its libraries and data from where it lies, so it may only share with a neighbour.
bool may_share_inode(const TarEntry& a, const TarEntry& b, bool is_program) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid && a.mtime == b.mtime &&
         a.xattrs == b.xattrs && (!is_program || parent_path(a.path) == parent_path(b.path));
}

}  // namespace

void ContentLinks::link(std::vector<TarEntry>& layer) {
  std::unordered_map<uint32_t, std::vector<const TarEntry*>> homes;  // by content
  for (TarEntry& entry : layer) {
    if (entry.type != TarType::kFile || entry.size < min_size_) continue;
    const FileFacts& facts = facts_[entry.tree_entry];
    if (facts.equality_class == 0) continue;
    std::vector<const TarEntry*>& candidates = homes[facts.equality_class];
    const auto home =
        std::find_if(candidates.begin(), candidates.end(), [&](const TarEntry* candidate) {
          return may_share_inode(*candidate, entry, facts.is_program);
        });
    if (home == candidates.end()) {
      candidates.push_back(&entry);
      if (!stored_.insert(facts.equality_class).second) repeated_bytes_ += entry.size;
      continue;
    }
    entry.type = TarType::kHardlink;
    entry.reason = LinkReason::kContent;
    entry.content = (*home)->path;
    entry.stamp = nullptr;
    entry.sha256 = nullptr;
  }
}

}  // namespace layer
