// What a path in an image must look like: relative, '/'-separated, staying below its root.
#pragma once

#include <string_view>

#include "layer/model/string_arena.h"

namespace layer {

// What is wrong with `path`, to follow "path '...' ": "is empty", "is absolute", "holds a NUL
// byte", "has an empty component" ("a//b", "a/"), "has a '.' component", "has a '..' component".
// Empty when nothing is.
std::string_view path_fault(std::string_view path);

// The path without empty and "." components: "./a//b/" is "a/b", "./" is "". A ".." stays, for
// path_fault to find; a leading '/' does not.
std::string_view normalize_path(std::string_view path, StringArena& arena);

}  // namespace layer
