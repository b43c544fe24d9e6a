// Resolves every link in a path: realpath(3).
#pragma once

#include <string>
#include <string_view>

namespace layer {

// How many links Linux follows in one path (path_resolution(7)).
inline constexpr int kMaxLinksFollowed = 40;

// The absolute path without links, "." or "..". Throws Error if nothing is at `path`.
std::string real_path(std::string_view path);

}  // namespace layer
