// Follows the tar's headers, and holds an entry's header back until it is known which frame it is in.
#include "oci/convert/tar_frames.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "layer/base/error.h"
#include "layer/write/codec.h"
#include "layer/write/tar.h"

namespace oci {

TarFrames::TarFrames(const ImageLayer& layer, layer::Compression target, UnpackBudget& budget)
    : layer_(layer),
      maximum_(layer::max_frame_size(target)),
      cutter_(maximum_),
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
  piece_left_ = maximum_;
  return true;
}

// Whether the next frame is known to begin, and where.
bool TarFrames::take_entry(std::vector<std::byte>& tar) {
  append(scan_.update_to_entry(rest_), tar);
  if (!scan_.has_entry()) {
    // What follows the end of a tar, or extended headers without end: no frame of a tar that veneer
    // wrote is so long.
    if (tar.size() < 2 * maximum_) return false;
    cutter_.pass_large();
    return true;
  }
  const TarScan::Entry& entry = scan_.entry();
  // The first extended headers may be in frames before this one.
  const uint64_t header_size = std::min<uint64_t>(entry.header_size, tar.size());
  const size_t header = tar.size() - header_size;
  std::optional<uint64_t> end;
  if (entry.size >= maximum_) {
    cutter_.pass_large();
    large_left_ = entry.size;
    piece_left_ = maximum_;
    end = header;
  } else {
    end = cutter_.add(entry.path, header_size + layer::padded_to_block(entry.size));
  }
  if (ends_large_) end = header;
  ends_large_ = large_left_ > 0;
  if (!end || *end == 0) return false;
  const auto rest = tar.begin() + static_cast<ptrdiff_t>(*end);
  begun_.assign(rest, tar.end());
  tar.erase(rest, tar.end());
  return true;
}

}  // namespace oci
