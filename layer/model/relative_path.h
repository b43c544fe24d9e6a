// Checks and normalises paths in an image: relative, '/'-separated, never above the root.
#pragma once

#include <string_view>

#include "layer/model/string_arena.h"

namespace layer {

// What is wrong with `path`, as the end of a sentence "path '...' ": "is empty", "is absolute",
// "holds a NUL byte", "has an empty component" ("a//b", "a/"), "has a '.' component", "has a '..'
// component". Empty if it is fine.
std::string_view path_fault(std::string_view path);

// The path without empty and "." components: "./a//b/" becomes "a/b", and "./" becomes "". A
// leading '/' is dropped. ".." is kept, for path_fault() to find.
std::string_view normalize_path(std::string_view path, StringArena& arena);

}  // namespace layer
