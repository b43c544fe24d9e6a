// How much an image that others made may cost. docs/limits.md lists all limits.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>

#include "oci/read/blob.h"

namespace oci {

// Entries of all layers of an image.
inline constexpr uint64_t kMaxEntries = uint64_t{4} << 20;

// Compressed bytes may stand for any number of plain ones. Up to the floor nothing is refused; above
// it, no more than so many plain bytes for each stored one.
struct UnpackLimit {
  uint64_t floor;  // bytes
  uint64_t ratio;

  uint64_t of(uint64_t stored) const { return std::max(floor, stored * ratio); }
};

// Plain bytes that are hashed, and held by nobody.
inline constexpr UnpackLimit kHashLimit{uint64_t{4} << 30, 200};
// Plain bytes of a compressed archive, or of one file of a layer, that go to the temporary folder.
inline constexpr UnpackLimit kDiskLimit{uint64_t{256} << 20, 100};

// Counts the plain bytes of one blob, or of all layers of an image. For any number of threads.
class UnpackBudget {
 public:
  UnpackBudget(UnpackLimit limit, uint64_t stored) : stored_(stored), limit_(limit.of(stored)) {}
  // Of blobs together. An image may name one blob many times; it counts once.
  UnpackBudget(UnpackLimit limit, std::span<const Blob> blobs);

  // Throws Error, about the blob of these bytes, if they are more than the rest of the budget.
  void take(const Blob& blob, uint64_t plain);

 private:
  uint64_t stored_;
  uint64_t limit_;
  std::atomic<uint64_t> taken_ = 0;
};

}  // namespace oci
