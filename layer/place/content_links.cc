// Stores the first of equal files in path order, so that a hardlink comes after its target.
#include "layer/place/content_links.h"

#include <map>
#include <string_view>
#include <tuple>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

// Files with one key may share an inode.
using ContentKey = std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, int64_t,
                              const std::string_view*, std::string_view>;

// A program finds its libraries and data from where it lies, so it may only share with a neighbour.
ContentKey content_key(const TarEntry& entry, const FileFacts& facts) {
  return {facts.equality_class,
          entry.mode,
          entry.uid,
          entry.gid,
          entry.mtime,
          entry.xattrs,
          facts.is_program ? parent_path(entry.path) : ""};
}

}  // namespace

void ContentLinks::link(std::vector<TarEntry>& layer) {
  std::map<ContentKey, const TarEntry*> homes;
  for (TarEntry& entry : layer) {
    if (entry.type != TarType::kFile || entry.size < min_size_) continue;
    const FileFacts& facts = facts_[entry.tree_entry];
    if (facts.equality_class == 0) continue;
    const auto [home, is_new] = homes.try_emplace(content_key(entry, facts), &entry);
    if (is_new) {
      if (!stored_.insert(facts.equality_class).second) repeated_bytes_ += entry.size;
      continue;
    }
    entry.type = TarType::kHardlink;
    entry.reason = LinkReason::kContent;
    entry.content = home->second->path;
    entry.stamp = nullptr;
    entry.sha256 = nullptr;
  }
}

}  // namespace layer
