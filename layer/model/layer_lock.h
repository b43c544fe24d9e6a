// The record of which layer each package is in, kept from one build to the next.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace layer {

struct LayerLock {
  unsigned buckets = 0;  // that small packages share; 0: nothing has been recorded yet
  // From a package's name (package_name.h) to its layer: "packages-2", or a layer by its own name.
  std::map<std::string, std::string, std::less<>> packages;

  bool operator==(const LayerLock&) const = default;
};

// The format is in docs/layer_lock.md. Throws Error, with the position in `file` of a fault in the
// text, or the JSON pointer of one in what it says.
LayerLock parse_layer_lock(std::string_view text, const std::string& file);

// The same lock is always the same bytes, a package a line: a merge of two versions rarely
// conflicts.
std::string layer_lock_text(const LayerLock& lock);

}  // namespace layer
