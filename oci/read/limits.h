// How much an image that others made may cost. docs/limits.md lists all limits.
#pragma once

#include <algorithm>
#include <cstdint>

namespace oci {

// Compressed bytes may stand for any number of plain ones. Up to the floor nothing is refused; above
// it, no more than so many plain bytes for each stored one.
struct UnpackLimit {
  uint64_t floor;  // bytes
  uint64_t ratio;

  uint64_t of(uint64_t stored) const { return std::max(floor, stored * ratio); }
};

// Entries of all layers of an image.
inline constexpr uint64_t kMaxEntries = uint64_t{4} << 20;

// Plain bytes that are hashed, and held by nobody.
inline constexpr UnpackLimit kLayerLimit{uint64_t{4} << 30, 200};
// Plain bytes of a compressed archive, or of one file of a layer, that go to the temporary folder.
inline constexpr UnpackLimit kDiskLimit{uint64_t{256} << 20, 100};

}  // namespace oci
