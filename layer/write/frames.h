// Cuts a layer's tar into frames, the units of compression, parallelism and reuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/model/plan.h"

namespace layer {

// The version of the cutting rule below, a part of WrittenLayer::recipe. Changing a constant, the
// hash or the rule requires a new version, because it changes the bytes of blobs (but never a diff
// id).
inline constexpr int kFrameRuleVersion = 1;

// Sizes that the cutting rule works with. Sizes other than the first two are bytes of tar.
struct FrameRule {
  uint64_t large;    // a file of this size or more is not bundled
  uint64_t piece;    // it is cut into pieces of this size
  uint64_t minimum;  // of a bundle of smaller entries
  uint64_t mean;     // between cuts by hash
  uint64_t maximum;
};

// A part of a layer's tar: either a bundle of whole entries [first, end), or one piece of the large
// file `first`. A large file's header is before its first piece and its padding after its last one.
// The frame that ends the layer also holds the two zero blocks.
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

// Says, entry by entry, where a frame begins; cut_frames() states the rule.
class FrameCutter {
 public:
  // `rule` outlives this.
  explicit FrameCutter(const FrameRule& rule) : rule_(rule) {}

  // Whether a frame begins with the next entry, which has `tar_size` bytes of tar and is smaller
  // than rule.large.
  bool begins_with(std::string_view path, uint64_t tar_size);
  // The next entry is a large file, with which a frame always begins. Nothing else is in its frames.
  void pass_large();

 private:
  const FrameRule& rule_;
  uint64_t bundle_ = 0;           // bytes of the bundle that is being filled; 0: none is
  uint64_t since_candidate_ = 0;  // bytes since the last candidate, or since a large file's end
};

// Cuts a layer by content only, so that a changed entry changes its own frame and not those after
// it.
// - An entry is a candidate for beginning a bundle if the hash of its path says so, with a
//   probability of its tar size / mean.
// - A candidate cuts unless another candidate, or the end of a large file, lies within the
//   `minimum` bytes before it. This looks back no further than that, and never at where the bundle
//   began.
// - A bundle also ends before a large file, and before the entry that would take it beyond the
//   maximum. Such a forced cut has no effect on later ones: the next candidate cuts where it would
//   have cut without it.
// There is at least one frame, and the last one ends the layer. Throws std::logic_error unless the
// entries are in strictly ascending path order.
std::vector<Frame> cut_frames(const LayerPlan& plan, const FrameRule& rule);

}  // namespace layer
