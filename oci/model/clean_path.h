// Gives paths inside an image or an archive one spelling.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oci {

// The path relative to the root, without empty and "." parts, each ".." resolved. No value when the
// path leaves the root or is the root itself.
std::optional<std::string> clean_path(std::string_view path);

// Whether both have one clean path, or are equal but for a '/' at their ends.
bool is_same_path(std::string_view a, std::string_view b);

}  // namespace oci
