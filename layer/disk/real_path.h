// The path of a file with every link on the way followed.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// realpath(3): absolute, no links, no "." and "..". Throws Error if there is nothing at `path`.
std::string real_path(std::string_view path);

}  // namespace layer
