// Where a layer's tar is cut into frames, the units of compression, of parallelism and of reuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/model/plan.h"

namespace layer {

// Version of the cutting rule below; part of WrittenLayer::recipe. A change of any constant, of the hash
// or of the rule is a new version: it changes the bytes of blobs, though never a diff id.
inline constexpr int kFrameRuleVersion = 1;

// How far entries are kept together. Sizes but the first two are bytes of tar.
struct FrameRule {
  uint64_t large;    // a file of this size or more stands alone
  uint64_t piece;    // in pieces of this size
  uint64_t minimum;  // of a bundle of smaller entries
  uint64_t mean;     // between cuts by hash
  uint64_t maximum;
};

// A part of a layer's tar: either whole entries [first, end), or one piece of the large file
// `first`, whose header stands before its first piece and whose padding after its last one. The
// frame that ends the layer also holds the two zero blocks.
struct Frame {
  size_t first = 0;
  size_t end = 0;
  uint64_t piece_offset = 0;  // into the large file; 0 in a bundle
  uint64_t piece_size = 0;    // 0 in a bundle
  uint64_t tar_size = 0;      // bytes of tar in this frame
  bool ends_layer = false;

  bool is_bundle() const { return piece_size == 0; }
  bool operator==(const Frame&) const = default;
};

// Cuts a layer by content only, so that a changed entry changes its own frame and not those after.
// An entry is a candidate to begin a bundle if its path's hash says so, with a probability of its
// tar size / mean. A candidate cuts unless another candidate, or a large file's end, lies within
// the `minimum` bytes before it: a rule that looks back no further than that, never at where the
// bundle began. A bundle also ends before a large file, and before the entry that would take it
// beyond the maximum; such a forced cut counts for nothing after, so the next candidate cuts where
// it would have. At least one frame; the last one ends the layer.
// Throws std::logic_error unless the entries are in strictly ascending path order.
std::vector<Frame> cut_frames(const LayerPlan& plan, const FrameRule& rule);

}  // namespace layer
