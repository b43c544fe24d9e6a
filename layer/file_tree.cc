// Order and relation of paths.
#include "layer/file_tree.h"

#include <algorithm>

namespace layer {

bool tree_order(std::string_view left, std::string_view right) {
  const auto [l, r] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (r == right.end()) return false;
  if (l == left.end()) return true;
  if (*l == '/') return true;
  if (*r == '/') return false;
  return static_cast<unsigned char>(*l) < static_cast<unsigned char>(*r);
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

}  // namespace layer
