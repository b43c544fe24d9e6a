// The layer lock: a file that keeps each package in its layer from one build to the next.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace layer {

struct LayerLock {
  unsigned buckets = 0;  // layers for small packages; 0: nothing is recorded yet
  // Maps a package's name (Package::name) to its layer: "packages-2", or the layer's own name.
  std::map<std::string, std::string, std::less<>> packages;

  bool operator==(const LayerLock&) const = default;
};

// Parses a lock; docs/layer_lock.md has the format. Throws Error with the position in `file`, or
// with a JSON pointer if a value is wrong.
LayerLock parse_layer_lock(std::string_view text, const std::string& file);

// Prints a lock, always as the same bytes, with one package per line so that merges of two versions
// rarely conflict. Its names are UTF-8.
std::string layer_lock_text(const LayerLock& lock);

}  // namespace layer
