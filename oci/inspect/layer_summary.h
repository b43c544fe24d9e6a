// What is in each layer of an image, added up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oci/inspect/image_facts.h"

namespace oci {

// The part of a package's size that is in one layer.
struct PackageShare {
  uint32_t package = 0;  // index in ImageFacts::packages
  uint64_t bytes = 0;
};

struct LayerSummary {
  // Entries of its tar.
  uint64_t directories = 0;
  uint64_t files = 0;
  uint64_t symlinks = 0;
  uint64_t hardlinks = 0;
  uint64_t others = 0;                 // devices and pipes
  uint64_t marks = 0;                  // whiteouts and opaque marks
  uint64_t content_bytes = 0;          // of its files
  uint64_t hidden_bytes = 0;           // of those that it, or a layer above, hides
  std::vector<PackageShare> packages;  // of what can be seen; the largest first, none is empty
  std::string created_by;              // the step of the history that made it; may be empty
};

// One for each layer, base first.
std::vector<LayerSummary> summarize_layers(const StoredImage& image, const ImageFacts& facts);

}  // namespace oci
