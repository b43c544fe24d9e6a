// Which layer each package goes into: its own, or a bucket that small packages share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/model/layer_lock.h"

namespace layer {

// One external repository that is not an interpreter's.
struct Package {
  std::string name;             // package_name() of the repository
  std::string_view repository;  // canonical name
  uint64_t stored = 0;          // bytes
};

struct PackageLayerOptions {
  size_t room = 1;  // layers that packages may have together; at least 1
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
  std::optional<LayerLock> lock;   // if one is kept: with every package of these in it
};

// A third of the room, at least 1 and at most 16, is kept for buckets, so that their number does
// not depend on the packages; the largest packages of `own_layer_size` and more have the rest.
//
// Without a lock a bucket is chosen by rendezvous hashing of the package's name. All small packages
// together below 4 MiB share one. With a lock a package that is in it goes where it says; a new
// one, the largest first, into the bucket that holds least. Throws Error when the lock asks for
// more layers than there is room.
//
// A layer is called by its package's name, unless that is another layer's or two packages share it:
// then by the repository's.
PackageLayers assign_packages(const std::vector<Package>& packages,
                              const PackageLayerOptions& options);

}  // namespace layer
