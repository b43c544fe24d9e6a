// Resolves every link in a path: realpath(3).
#pragma once

#include <string>
#include <string_view>

namespace layer {

// The absolute path without links, "." or "..". Throws Error if nothing is at `path`.
std::string real_path(std::string_view path);

}  // namespace layer
