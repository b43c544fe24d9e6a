// Order and relation of paths.
#include "layer/file_tree.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace layer {

namespace {

// How many bytes two paths have in common from their beginnings, eight at a time: they may be long,
// and millions of pairs are compared.
size_t common_size(std::string_view left, std::string_view right) {
  const size_t most = std::min(left.size(), right.size());
  size_t size = 0;
  for (uint64_t l = 0, r = 0; size + sizeof l <= most; size += sizeof l) {
    std::memcpy(&l, left.data() + size, sizeof l);
    std::memcpy(&r, right.data() + size, sizeof r);
    if (l != r) break;
  }
  while (size < most && left[size] == right[size]) ++size;
  return size;
}

}  // namespace

bool tree_order(std::string_view left, std::string_view right) {
  const size_t at = common_size(left, right);
  if (at == right.size()) return false;
  if (at == left.size()) return true;
  if (left[at] == '/') return true;
  if (right[at] == '/') return false;
  return static_cast<unsigned char>(left[at]) < static_cast<unsigned char>(right[at]);
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

}  // namespace layer
