// Checks and normalises paths in an image: relative, '/'-separated, never above the root.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "layer/model/string_arena.h"

namespace layer {

// What Linux can open and make, in bytes: path_resolution(7); PATH_MAX, with its NUL, and NAME_MAX.
inline constexpr size_t kMaxPath = 4095;
inline constexpr size_t kMaxName = 255;

// What is wrong with `path`, as the end of a sentence "path '...' ": "is empty", "is absolute",
// "holds a NUL byte", "has an empty component" ("a//b", "a/"), "has a '.' component", "has a '..'
// component", "is longer than 4095 bytes ...", "has a component of more than 255 bytes ...". Empty
// if it is fine.
std::string_view path_fault(std::string_view path);

// The same for the text of a symlink: more than 4095 bytes, or a NUL byte. An empty view: fine.
std::string_view link_text_fault(std::string_view text);

// Both as messages: "path '...' ..." and "the text '...' of the link '...' ...". Empty: fine.
std::string path_message(std::string_view path);
std::string link_message(std::string_view path, std::string_view text);

// A path as a message shows it: one that is far too long is cut in its middle.
std::string shown_path(std::string_view path);

// The path without empty and "." components: "./a//b/" becomes "a/b", and "./" becomes "". A
// leading '/' is dropped. ".." is kept, for path_fault() to find.
std::string_view normalize_path(std::string_view path, StringArena& arena);

}  // namespace layer
