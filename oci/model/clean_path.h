// Paths inside an image or an archive, in one spelling.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oci {

// A path cleaned of empty and "." parts and resolved against ".."; no value when it leaves the root
// or names it.
std::optional<std::string> clean_path(std::string_view path);

}  // namespace oci
