// Cuts a layer's entries into frames by their sizes and the hashes of their paths.
#include "layer/write/frames.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "layer/base/error.h"
#include "layer/base/hash64.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

constexpr uint64_t kMostTebibytes = 1;

// Whether the entry is where the order of a LayerPlan has it, behind the one before it.
bool is_in_order(const LayerPlan& plan, size_t i) {
  if (i == 0 || i == plan.lead) return true;
  const bool is_landmark = i + 1 == plan.lead;
  return is_landmark || plan.entries[i - 1].path < plan.entries[i].path;
}

// Adds the pieces of a large file.
void add_pieces(size_t index, const TarEntry& entry, uint64_t maximum, std::vector<Frame>& frames) {
  for (uint64_t offset = 0; offset < entry.size; offset += maximum) {
    const uint64_t size = std::min(maximum, entry.size - offset);
    Frame frame{index, index + 1, offset, size, size};
    if (offset == 0) frame.tar_size += tar_header_size(entry);
    if (offset + size == entry.size) frame.tar_size += padded_to_block(entry.size) - entry.size;
    frames.push_back(frame);
  }
}

// Takes entries from a bundle's end until it has so many bytes of tar; returns the bundle of these.
Frame split_off(const LayerPlan& plan, uint64_t tar_size, Frame& bundle) {
  Frame rest{bundle.end, bundle.end};
  while (bundle.tar_size > tar_size) {
    const uint64_t size = tar_entry_size(plan.entries[--rest.first]);
    rest.tar_size += size;
    bundle.tar_size -= size;
  }
  bundle.end = rest.first;
  return rest;
}

}  // namespace

std::optional<uint64_t> FrameCutter::add(std::string_view path, uint64_t tar_size) {
  std::optional<uint64_t> end;
  if (tar_size_ >= maximum_ / 2) {
    const Cut cut{hash64(path), tar_size_};
    if (!best_ || cut.hash < best_->hash) best_ = cut;
  }
  if (tar_size_ > 0 && tar_size_ + tar_size > maximum_) {
    end = best_ ? best_->tar_size : tar_size_;
    if (tar_size_ - *end + tar_size > maximum_) end = tar_size_;
    tar_size_ -= *end;
    best_.reset();
  }
  tar_size_ += tar_size;
  return end;
}

void FrameCutter::pass_large() {
  tar_size_ = 0;
  best_.reset();
}

std::vector<Frame> cut_frames(const LayerPlan& plan, FrameRule rule) {
  const uint64_t maximum = rule.maximum;
  FrameCutter cutter(maximum);
  std::vector<Frame> frames;
  bool is_filling = false;  // the last frame, which is a bundle
  for (size_t i = 0; i < plan.entries.size(); ++i) {
    const TarEntry& entry = plan.entries[i];
    if (!is_in_order(plan, i)) {
      throw std::logic_error(
          fmt::format("layer '{}' is not in path order at '{}'", plan.name, entry.path));
    }
    if (tar_content_size(entry) >= maximum) {
      cutter.pass_large();
      add_pieces(i, entry, maximum, frames);
      is_filling = false;
      continue;
    }
    const uint64_t tar_size = tar_entry_size(entry);
    const std::optional<uint64_t> end = cutter.add(entry.path, tar_size);
    if (end) frames.push_back(split_off(plan, *end, frames.back()));
    if (!is_filling) frames.push_back({i, i});
    is_filling = true;
    frames.back().end = i + 1;
    frames.back().tar_size += tar_size;
  }
  if (frames.empty()) frames.emplace_back();
  frames.back().ends_layer = true;
  frames.back().ends_tar = rule.end == TarEnd::kInLastFrame;
  if (frames.back().ends_tar) frames.back().tar_size += kTarEndSize;
  return frames;
}

void check_sizes(std::span<const LayerPlan> layers) {
  uint64_t left = kMostTebibytes << 40U;
  for (const LayerPlan& layer : layers) {
    for (const TarEntry& entry : layer.entries) {
      const uint64_t size = tar_content_size(entry);
      if (size > left) {
        throw Error(entry.origin.position(),
                    fmt::format("with the {} bytes of '{}', the files of the layers have more than "
                                "{} TiB",
                                size, entry.path, kMostTebibytes));
      }
      left -= size;
    }
  }
}

}  // namespace layer
