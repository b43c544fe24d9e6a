// The repository of a planned entry, and its package's name without version.
#pragma once

#include <string>
#include <string_view>

#include "layer/model/file_tree.h"
#include "layer/model/plan.h"

namespace layer {

// The canonical name of the repository of an entry planned from `tree`; empty if it is in none.
std::string_view repository_of(const FileTree& tree, const TarEntry& planned);

// The canonical repository name without anything that a new version changes or a package manager
// adds: prefixes of module extension and hub, Python version, wheel tags, version and hash.
// Examples: "rules_python++pip+pypi_313_numpy_cp313_..." gives "numpy", and "abseil-cpp~20240116.2"
// gives "abseil-cpp". A package of a virtual environment has its name already (kVenvPackage).
std::string package_name(std::string_view repository);

}  // namespace layer
