// Rule 5 of "Links": equal content within a layer is one file under several names.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/plan.h"

namespace layer {

// Works on the layers of one image, one after the other.
class ContentLinks {
 public:
  // `facts` are of the tree that the layers' entries name, and outlive this. Files of less than
  // `min_size` bytes are left alone.
  ContentLinks(const std::vector<FileFacts>& facts, uint64_t min_size)
      : facts_(facts), min_size_(min_size) {}

  // Makes hardlinks of the files of a layer, in path order, that are equal to an earlier one.
  void link(std::vector<TarEntry>& layer);

  // ImagePlan::repeated_bytes, of the layers so far.
  uint64_t repeated_bytes() const { return repeated_bytes_; }

 private:
  const std::vector<FileFacts>& facts_;
  uint64_t min_size_;
  std::unordered_set<uint32_t> stored_;  // contents
  uint64_t repeated_bytes_ = 0;
};

}  // namespace layer
