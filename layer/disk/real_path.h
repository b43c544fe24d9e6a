// Makes paths absolute: with every link resolved, as realpath(3) does, or by their texts.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// How many links Linux follows in one path (path_resolution(7)).
inline constexpr int kMaxLinksFollowed = 40;

// The absolute path without links, "." or "..". Throws Error if nothing is at `path`.
std::string real_path(std::string_view path);

// The absolute path without "." and "..", by its text alone: links stay.
std::string absolute_path(std::string_view path);

}  // namespace layer
