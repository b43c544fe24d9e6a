// Which layer each entry goes into: interpreter, packages, app.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layer/file_tree.h"

namespace layer {

enum class LayerSplit : uint8_t { kGroups, kOne };

struct LayerOptions {
  LayerSplit split = LayerSplit::kGroups;
  unsigned max_layers = 16;                      // at least 3 for kGroups
  uint64_t own_layer_size = uint64_t{10} << 20;  // bytes that earn a package a layer of its own
};

struct LayerInfo {
  std::string name;
  std::string reason;
};

struct LayerAssignment {
  std::vector<LayerInfo> layers;   // bottom first, none empty
  std::vector<uint32_t> layer_of;  // for each entry of the tree, an index into `layers`
};

// `stored` gives each entry's bytes in the image (0 for what is not stored as a file). Interpreter
// repositories come first, then packages of `own_layer_size` and more by name, then buckets of the
// others, then the app: first-party files, virtual environments and all that varies per binary.
// A package's bucket depends on its name alone as long as the number of buckets stays.
LayerAssignment assign_layers(const FileTree& tree, const std::vector<uint64_t>& stored,
                              const LayerOptions& options);

// What a package is called whatever its version: the canonical repository name without the hub's
// prefix, wheel tags, version and hash ("rules_python++pip+pypi_313_numpy_cp313_..." -> "numpy").
std::string package_name(std::string_view repository);

}  // namespace layer
