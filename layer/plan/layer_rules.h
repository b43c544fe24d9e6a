// Parses and matches the layers that a user asks for: --layer NAME=GLOB.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// Puts what the glob matches into the layer. A glob with a '/' is matched against the entry's path
// in the image. A glob without one must match the whole name of the external repository that the
// entry is in: its canonical name, or its package's name (package_name.h); for the package's name,
// case is ignored, and '-' and '.' are the same as '_'.
struct LayerRule {
  std::string layer;
  std::string glob;
  bool of_path = false;
};

// Parses "NAME=GLOB". Throws Error.
LayerRule parse_layer_rule(std::string_view argument);

// Whether a rule matches a repository; only for rules that are not `of_path`.
bool takes_repository(const LayerRule& rule, std::string_view repository, std::string_view package);

}  // namespace layer
