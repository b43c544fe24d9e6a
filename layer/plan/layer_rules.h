// Layers that the user asks for: --layer NAME=GLOB.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// What the glob matches goes into the layer. A glob with a '/' in it is held against the entry's
// path in the image; one without against the name of the external repository that the entry is of,
// as a whole: its canonical name, or its package's name (package_name.h), in which '-' and '.' are
// the same as '_' and large letters as small ones.
struct LayerRule {
  std::string layer;
  std::string glob;
  bool of_path = false;
};

// Reads "NAME=GLOB". Throws Error.
LayerRule parse_layer_rule(std::string_view argument);

// Whether a rule that is not `of_path` takes a repository.
bool takes_repository(const LayerRule& rule, std::string_view repository, std::string_view package);

}  // namespace layer
