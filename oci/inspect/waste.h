// Which bytes an image stores in vain: those that no path leads to, and those that it has twice.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "oci/inspect/image_facts.h"

namespace oci {

// Files of one content, each stored by itself, that a container sees.
struct Duplicate {
  layer::Digest content;
  uint64_t size = 0;                    // of one of them
  std::vector<std::string_view> paths;  // one for each, in tree order; at least two

  uint64_t wasted() const { return size * (paths.size() - 1); }
};

struct Waste {
  std::vector<Duplicate> duplicates;      // what wastes most first
  std::vector<const StoredFile*> hidden;  // in the image; the largest first; none is empty
  uint64_t duplicate_bytes = 0;           // of all but one of each content
  uint64_t hidden_bytes = 0;
  uint64_t content_bytes = 0;  // of all files in all layers

  uint64_t total() const { return duplicate_bytes + hidden_bytes; }
};

// `image` outlives the result.
Waste find_waste(const ImageFacts& image);

}  // namespace oci
