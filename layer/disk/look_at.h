// Tells what is at a path.
#pragma once

#include <optional>
#include <string>

#include "layer/disk/list_directory.h"

namespace layer {

// What is at `path`, with links followed; no value if nothing is there, or a link leads nowhere.
// Throws Error if the system cannot tell: what it may not look at can still be there.
std::optional<DiskType> look_at(const std::string& path);

inline bool is_there(const std::string& path) {
  return look_at(path).has_value();
}
inline bool is_directory(const std::string& path) {
  return look_at(path) == DiskType::kDirectory;
}
inline bool is_file(const std::string& path) {
  return look_at(path) == DiskType::kFile;
}

}  // namespace layer
