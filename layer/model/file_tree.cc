// Orders paths, and relates paths to directories.
#include "layer/model/file_tree.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace layer {
namespace {

// Length of the common start. Paths of one tree share long ones, and sorting compares millions:
// eight bytes at a time.
size_t common_prefix(std::string_view left, std::string_view right) {
  const size_t size = std::min(left.size(), right.size());
  size_t same = 0;
  for (; same + sizeof(uint64_t) <= size; same += sizeof(uint64_t)) {
    if (std::memcmp(left.data() + same, right.data() + same, sizeof(uint64_t)) != 0) break;
  }
  while (same < size && left[same] == right[same]) ++same;
  return same;
}

}  // namespace

bool tree_order(std::string_view left, std::string_view right) {
  const size_t same = common_prefix(left, right);
  if (same == right.size()) return false;
  if (same == left.size()) return true;
  if (left[same] == '/') return true;
  if (right[same] == '/') return false;
  return static_cast<unsigned char>(left[same]) < static_cast<unsigned char>(right[same]);
}

bool is_below(std::string_view path, std::string_view ancestor) {
  return path.size() > ancestor.size() && path[ancestor.size()] == '/' &&
         path.starts_with(ancestor);
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string_view parent_path(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

bool is_first_party(const FileTree& tree, std::string_view repository) {
  if (repository.empty() || repository == "_main" || repository == "__main__") return true;
  return std::find(tree.workspaces.begin(), tree.workspaces.end(), repository) !=
         tree.workspaces.end();
}

Entry* find_entry(FileTree& tree, std::string_view path) {
  const auto at = std::ranges::lower_bound(tree.entries, path, tree_order, &Entry::path);
  return at != tree.entries.end() && at->path == path ? &*at : nullptr;
}

const Entry* find_entry(const FileTree& tree, std::string_view path) {
  const auto at = std::ranges::lower_bound(tree.entries, path, tree_order, &Entry::path);
  return at != tree.entries.end() && at->path == path ? &*at : nullptr;
}

std::span<const Entry> entries_at_or_below(const FileTree& tree, std::string_view path) {
  const auto begin = std::ranges::lower_bound(tree.entries, path, tree_order, &Entry::path);
  const auto end = std::find_if_not(begin, tree.entries.end(), [&](const Entry& entry) {
    return entry.path == path || is_below(entry.path, path);
  });
  return {begin, end};
}

}  // namespace layer
