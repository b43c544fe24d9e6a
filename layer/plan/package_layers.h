// Assigns packages to layers: large ones get their own, small ones share buckets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/model/layer_lock.h"

namespace layer {

// One external repository, other than an interpreter's.
struct Package {
  std::string name;  // package_name() of the repository; a byte that is not UTF-8 as "\xff"
  std::string_view repository;  // canonical name
  uint64_t stored = 0;          // bytes stored in the image
};

struct PackageLayerOptions {
  size_t room = 1;  // how many layers packages may have in total; at least 1
  uint64_t own_layer_size = 0;
  const LayerLock* lock = nullptr;  // null: none is kept
};

struct LayerInfo {
  std::string name;
  std::string reason;
};

struct PackageLayers {
  std::vector<LayerInfo> layers;   // own layers by name, then buckets by number; none empty
  std::vector<uint32_t> layer_of;  // for each package, an index into `layers`
  std::optional<LayerLock> lock;   // if one is kept: with each of these packages in it
};

// A third of `room`, at least 1 and at most 16 layers, is reserved for buckets, so that their
// number does not depend on the packages. The rest goes to the largest packages that have at least
// `own_layer_size` bytes.
//
// Without a lock, a package's bucket is chosen by rendezvous hashing of its name; if all small
// packages together are below 4 MiB, they share one bucket. With a lock, a package that is in it
// goes where the lock says, and new ones, the largest first, go into the bucket that has the fewest
// bytes. Throws Error if the lock asks for more layers than `room`.
//
// A layer has its package's name. If that name belongs to another layer, or two packages have it,
// the layer has the repository's name.
PackageLayers assign_packages(const std::vector<Package>& packages,
                              const PackageLayerOptions& options);

}  // namespace layer
