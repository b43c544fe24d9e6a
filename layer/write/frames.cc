// Cuts a layer's entries into frames by size and by hash of the path.
#include "layer/write/frames.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "layer/base/hash64.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

bool is_candidate(std::string_view path, uint64_t tar_size, const FrameRule& rule) {
  // 32 bits of hash against 32 of fraction: nothing overflows, for both sizes are far below 4 GiB.
  return (hash64(path) >> 32) * rule.mean < tar_size << 32;
}

class Cutter {
 public:
  explicit Cutter(const FrameRule& rule) : rule_(rule) {}

  void add_small(size_t index, std::string_view path, uint64_t tar_size) {
    if (is_candidate(path, tar_size, rule_)) {
      if (since_candidate_ >= rule_.minimum) close_bundle();
      since_candidate_ = 0;
    }
    if (bundle_.tar_size + tar_size > rule_.maximum) close_bundle();
    if (bundle_.tar_size == 0) bundle_.first = index;
    bundle_.end = index + 1;
    bundle_.tar_size += tar_size;
    since_candidate_ += tar_size;
  }

  void add_large(size_t index, const TarEntry& entry) {
    close_bundle();
    for (uint64_t offset = 0; offset < entry.size; offset += rule_.piece) {
      const uint64_t size = std::min(rule_.piece, entry.size - offset);
      Frame frame{index, index + 1, offset, size, size};
      if (offset == 0) frame.tar_size += tar_header_size(entry);
      if (offset + size == entry.size) frame.tar_size += padded_to_block(entry.size) - entry.size;
      frames_.push_back(frame);
    }
    since_candidate_ = 0;
  }

  std::vector<Frame> finish() && {
    close_bundle();
    if (frames_.empty()) frames_.emplace_back();
    frames_.back().ends_layer = true;
    frames_.back().tar_size += kTarEndSize;
    return std::move(frames_);
  }

 private:
  void close_bundle() {
    if (bundle_.tar_size > 0) frames_.push_back(bundle_);
    bundle_ = {};
  }

  const FrameRule& rule_;
  std::vector<Frame> frames_;
  Frame bundle_;                  // being filled
  uint64_t since_candidate_ = 0;  // bytes since the last candidate, or since a large file's end
};

}  // namespace

std::vector<Frame> cut_frames(const LayerPlan& plan, const FrameRule& rule) {
  Cutter cutter(rule);
  for (size_t i = 0; i < plan.entries.size(); ++i) {
    const TarEntry& entry = plan.entries[i];
    if (i > 0 && plan.entries[i - 1].path >= entry.path) {
      throw std::logic_error(
          fmt::format("layer '{}' is not in path order at '{}'", plan.name, entry.path));
    }
    if (tar_content_size(entry) >= rule.large) {
      cutter.add_large(i, entry);
    } else {
      cutter.add_small(i, entry.path, tar_entry_size(entry));
    }
  }
  return std::move(cutter).finish();
}

}  // namespace layer
