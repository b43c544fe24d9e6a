// Counts what an image that others made costs, against the limits of layer/base/limits.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include "layer/base/limits.h"
#include "oci/read/blob.h"

namespace oci {

// Counts the plain bytes of one blob, or of all layers of an image. For any number of threads.
class UnpackBudget {
 public:
  UnpackBudget(const layer::UnpackLimit& limit, uint64_t stored)
      : stored_(stored), limit_(limit.of(stored)), option_(limit.option) {}
  // Of blobs together. An image may name one blob many times; it counts once.
  UnpackBudget(const layer::UnpackLimit& limit, std::span<const Blob> blobs);

  // Throws Error, about the blob of these bytes, if they are more than the rest of the budget.
  void take(const Blob& blob, uint64_t plain);

 private:
  uint64_t stored_;
  uint64_t limit_;
  std::string_view option_;
  std::atomic<uint64_t> taken_ = 0;
};

}  // namespace oci
