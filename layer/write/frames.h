// Cuts a layer's tar into frames, the units of compression, parallelism and reuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "layer/model/plan.h"

namespace layer {

// The version of the cutting rule below and of the sizes and parameters that codecs use with it, a
// part of WrittenLayer::recipe. Changing one of them requires a new version, because it changes the
// bytes of blobs (but never a diff id).
inline constexpr int kFrameRuleVersion = 3;

// Where the two zero blocks are that end a tar.
enum class TarEnd : uint8_t { kInLastFrame, kInNoFrame };

struct FrameRule {
  uint64_t maximum = 0;  // bytes of tar in a frame
  TarEnd end = TarEnd::kInLastFrame;
};

// A part of a layer's tar: either a bundle of whole entries [first, end), or one piece of the large
// file `first`. A large file's header is before its first piece and its padding after its last one.
// The frame that ends the tar also holds the two zero blocks.
struct Frame {
  size_t first = 0;
  size_t end = 0;
  uint64_t piece_offset = 0;  // into the large file; 0 in a bundle
  uint64_t piece_size = 0;    // 0 in a bundle
  uint64_t tar_size = 0;      // bytes of tar in this frame
  bool ends_layer = false;
  bool ends_tar = false;

  bool is_bundle() const { return piece_size == 0; }
  bool operator==(const Frame&) const = default;
};

// Says, entry by entry, where the bundles of a layer end; cut_frames() states the rule.
class FrameCutter {
 public:
  explicit FrameCutter(uint64_t maximum) : maximum_(maximum) {}

  // Adds the next entry, which has `tar_size` bytes of tar, and less content than `maximum`. If the
  // bundle that is being filled ends, returns how many of its bytes it keeps. The others, if there
  // are any, begin the next bundle, which the entry is in.
  std::optional<uint64_t> add(std::string_view path, uint64_t tar_size);
  // The next entry is a larger file. The bundle ends before it.
  void pass_large();

 private:
  // A place where the bundle may end: before an entry.
  struct Cut {
    uint64_t hash;
    uint64_t tar_size;  // of the bundle before it
  };

  const uint64_t maximum_;
  uint64_t tar_size_ = 0;    // of the bundle
  std::optional<Cut> best_;  // of the places in its second half
};

// Cuts a layer into frames of at most `rule.maximum` bytes of tar. Looks at paths and sizes only.
// - A file of `maximum` bytes or more is cut into pieces of that size.
// - The entries between such files are bundled. If they do not fit into one frame, the bundle ends
//   before the entry whose path has the smallest hash, of those that begin in the second half of
//   the largest frame possible. So a change of one entry seldom moves a cut: the same entry has the
//   smallest hash, unless the change moves it out of that half. After a cut that did move, the next
//   ones meet the old ones again.
// - If what is behind that cut and the next entry are more than a frame, the cut is between these
//   two. An entry that alone is larger, because of its header, is a frame of its own.
// There is at least one frame, and the last one ends the layer; it may be larger by the two zero
// blocks. Throws std::logic_error unless the entries are in the order of a LayerPlan.
std::vector<Frame> cut_frames(const LayerPlan& plan, FrameRule rule);

// Throws Error if the files of the layers have more than 1 TiB in all. A sparse file takes no disk,
// but each of its frames takes memory.
void check_sizes(std::span<const LayerPlan> layers);

}  // namespace layer
