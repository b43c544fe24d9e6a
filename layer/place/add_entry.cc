// Keeps the order of the tree.
#include "layer/place/add_entry.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "layer/base/error.h"

namespace layer {

Entry& add_entry(FileTree& tree, const Entry& entry, std::string_view option,
                 std::string_view help) {
  for (std::string_view at = parent_path(entry.path); !at.empty(); at = parent_path(at)) {
    const Entry* above = find_entry(tree, at);
    if (above == nullptr || above->kind == EntryKind::kDirectory) continue;
    throw Error(above->origin.position(),
                fmt::format("'{}' is no directory, but {} adds '{}'", at, option, entry.path))
        .with_help(std::string(help));
  }
  if (Entry* there = find_entry(tree, entry.path)) return *there;
  const auto at = std::ranges::lower_bound(tree.entries, entry.path, tree_order, &Entry::path);
  return *tree.entries.insert(at, entry);
}

}  // namespace layer
