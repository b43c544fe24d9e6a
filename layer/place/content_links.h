// Makes hardlinks of equal files within a layer: rule 5 of "Links".
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/plan.h"

namespace layer {

// Works on all layers of one image, one after the other.
class ContentLinks {
 public:
  // `facts` are those of the tree that the layers' entries belong to, and must outlive this object.
  // Files of less than `min_size` bytes are left alone.
  ContentLinks(const std::vector<FileFacts>& facts, uint64_t min_size)
      : facts_(facts), min_size_(min_size) {}

  // Turns each file that is equal to an earlier one of its layer into a hardlink to it. `layer` is
  // in path order.
  void link(std::vector<TarEntry>& layer);

  // ImagePlan::repeated_bytes for the layers so far.
  uint64_t repeated_bytes() const { return repeated_bytes_; }

 private:
  const std::vector<FileFacts>& facts_;
  uint64_t min_size_;
  std::unordered_set<uint32_t> stored_;  // FileFacts::content
  uint64_t repeated_bytes_ = 0;
};

}  // namespace layer
