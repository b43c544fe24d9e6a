// Follows the tar's headers, and holds an entry's header back until it is known which frame it is in.
#include "oci/convert/tar_frames.h"

#include <fmt/core.h>

#include <algorithm>

#include "layer/base/error.h"
#include "layer/write/codec.h"
#include "layer/write/tar.h"

namespace oci {
namespace {

// More than a frame of veneer's own has. Only what follows the end of a tar is as long.
constexpr size_t kMostFrameBytes = size_t{8} << 20;

}  // namespace

TarFrames::TarFrames(const ImageLayer& layer, layer::Codec target, UnpackBudget& budget)
    : layer_(layer),
      rule_(layer::frame_rule(target)),
      cutter_(rule_),
      plain_(layer.blob, sniff_codec(layer.blob), budget),
      scan_(layer.blob.name()) {
  if (layer.blob.size() == layer.descriptor.size) return;
  throw layer::Error({layer.blob.name()},
                     fmt::format("is {} bytes long, but its descriptor says {}", layer.blob.size(),
                                 layer.descriptor.size));
}

bool TarFrames::next(std::vector<std::byte>& tar) {
  tar.assign(begun_.begin(), begun_.end());
  begun_.clear();
  if (is_complete_) return false;
  while (fill()) {
    if (large_left_ > 0 ? take_piece(tar) : take_entry(tar)) return true;
  }
  is_complete_ = true;
  check_digest(layer_, plain_.finish_raw_digest());
  return true;
}

// Whether there are bytes.
bool TarFrames::fill() {
  if (!rest_.empty()) return true;
  rest_ = plain_.next();
  if (head_.size() == layer::kTarBlock) return !rest_.empty();
  const auto wanted = rest_.first(std::min(rest_.size(), layer::kTarBlock - head_.size()));
  head_.insert(head_.end(), wanted.begin(), wanted.end());
  if (rest_.empty() || head_.size() == layer::kTarBlock) check_begins_as_tar(layer_.blob, head_);
  return !rest_.empty();
}

void TarFrames::append(size_t size, std::vector<std::byte>& tar) {
  tar.insert(tar.end(), rest_.begin(), rest_.begin() + static_cast<ptrdiff_t>(size));
  rest_ = rest_.subspan(size);
}

// Whether a piece of a large file, which others follow, is full.
bool TarFrames::take_piece(std::vector<std::byte>& tar) {
  const size_t size = std::min<uint64_t>(rest_.size(), std::min(piece_left_, large_left_));
  scan_.update(rest_.first(size));
  append(size, tar);
  large_left_ -= size;
  piece_left_ -= size;
  if (piece_left_ > 0 || large_left_ == 0) return false;
  piece_left_ = rule_.piece;
  return true;
}

// Whether an entry was found with which the next frame begins.
bool TarFrames::take_entry(std::vector<std::byte>& tar) {
  append(scan_.update_to_entry(rest_), tar);
  if (!scan_.has_entry()) return tar.size() >= kMostFrameBytes;
  const TarScan::Entry& entry = scan_.entry();
  bool begins = true;
  if (entry.size >= rule_.large) {
    cutter_.pass_large();
    large_left_ = entry.size;
    piece_left_ = rule_.piece;
  } else {
    begins =
        cutter_.begins_with(entry.path, entry.header_size + layer::padded_to_block(entry.size));
  }
  if (!begins || tar.size() <= entry.header_size) return false;
  const auto header = tar.end() - static_cast<ptrdiff_t>(entry.header_size);
  begun_.assign(header, tar.end());
  tar.erase(header, tar.end());
  return true;
}

}  // namespace oci
