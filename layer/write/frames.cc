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

// Adds the pieces of a large file.
void add_pieces(size_t index, const TarEntry& entry, const FrameRule& rule,
                std::vector<Frame>& frames) {
  for (uint64_t offset = 0; offset < entry.size; offset += rule.piece) {
    const uint64_t size = std::min(rule.piece, entry.size - offset);
    Frame frame{index, index + 1, offset, size, size};
    if (offset == 0) frame.tar_size += tar_header_size(entry);
    if (offset + size == entry.size) frame.tar_size += padded_to_block(entry.size) - entry.size;
    frames.push_back(frame);
  }
}

}  // namespace

bool FrameCutter::begins_with(std::string_view path, uint64_t tar_size) {
  if (is_candidate(path, tar_size, rule_)) {
    if (since_candidate_ >= rule_.minimum) bundle_ = 0;
    since_candidate_ = 0;
  }
  if (bundle_ + tar_size > rule_.maximum) bundle_ = 0;
  const bool begins = bundle_ == 0;
  bundle_ += tar_size;
  since_candidate_ += tar_size;
  return begins;
}

void FrameCutter::pass_large() {
  bundle_ = 0;
  since_candidate_ = 0;
}

std::vector<Frame> cut_frames(const LayerPlan& plan, const FrameRule& rule) {
  FrameCutter cutter(rule);
  std::vector<Frame> frames;
  for (size_t i = 0; i < plan.entries.size(); ++i) {
    const TarEntry& entry = plan.entries[i];
    if (i > 0 && plan.entries[i - 1].path >= entry.path) {
      throw std::logic_error(
          fmt::format("layer '{}' is not in path order at '{}'", plan.name, entry.path));
    }
    if (tar_content_size(entry) >= rule.large) {
      cutter.pass_large();
      add_pieces(i, entry, rule, frames);
      continue;
    }
    const uint64_t tar_size = tar_entry_size(entry);
    if (cutter.begins_with(entry.path, tar_size)) {
      frames.emplace_back();
      frames.back().first = i;
    }
    frames.back().end = i + 1;
    frames.back().tar_size += tar_size;
  }
  if (frames.empty()) frames.emplace_back();
  frames.back().ends_layer = true;
  frames.back().tar_size += kTarEndSize;
  return frames;
}

}  // namespace layer
