// Keeps open the directory that several paths share.
#include "layer/disk/path_cursor.h"

#include <fcntl.h>

namespace layer {

PathCursor::Place PathCursor::find(std::string_view path, std::string_view next) {
  const size_t slash = path.rfind('/');
  const std::string_view parent = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  const bool names_entry = slash != std::string_view::npos && slash + 1 < path.size();
  name_ = path;
  const Place whole{AT_FDCWD, name_.c_str()};
  if (parent.empty() || !names_entry) return whole;
  if (parent != parent_) {
    const bool has_neighbour = next.size() > slash && next.starts_with(path.substr(0, slash + 1));
    if (!has_neighbour) return whole;
    directory_ = try_open(std::string(parent), O_PATH | O_DIRECTORY);
    parent_ = directory_ ? parent : std::string_view{};
  }
  return directory_ ? Place{directory_.get(), name_.c_str() + slash + 1} : whole;
}

}  // namespace layer
