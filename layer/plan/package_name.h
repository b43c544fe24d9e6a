// What a package is called whatever its version.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// The canonical repository name without what a new version changes or a package manager adds: a
// module extension's and a hub's prefix, the version of Python, wheel tags, version and hash.
// "rules_python++pip+pypi_313_numpy_cp313_..." is "numpy", "abseil-cpp~20240116.2" is "abseil-cpp".
std::string package_name(std::string_view repository);

}  // namespace layer
