// Follows the tar's headers, and holds an entry's header back until it is known which frame it is in.
#include "oci/convert/tar_frames.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "layer/base/error.h"
#include "layer/model/estargz_names.h"
#include "layer/model/relative_path.h"
#include "layer/plan/start_order.h"
#include "layer/write/codec.h"
#include "layer/write/tar.h"
#include "oci/model/annotations.h"
#include "oci/model/clean_path.h"
#include "oci/toc/toc_entry.h"

namespace oci {

TarFrames::TarFrames(const ImageLayer& layer, layer::Compression target, UnpackBudget& budget)
    : layer_(layer),
      target_(target),
      is_estargz_(target.format == layer::LayerFormat::kEstargz),
      adds_landmark_(is_estargz_ &&
                     !layer.descriptor.annotations.contains(std::string(kTocDigestAnnotation))),
      maximum_(layer::frame_rule(target).maximum),
      cutter_(maximum_),
      plain_(layer.blob, sniff_codec(layer.blob), budget),
      scan_(layer.blob.name()) {
  check_size(layer.blob, layer.descriptor);
  if (adds_landmark_) add_landmark();
}

void TarFrames::add_landmark() {
  const layer::TarEntry landmark = layer::landmark_entry(false);
  const size_t header = layer::tar_header_size(landmark);
  begun_.bytes.resize(header);
  layer::encode_tar_header(landmark, begun_.bytes);
  TarScan::Entry entry;
  entry.path = landmark.path;
  entry.size = landmark.size;
  entry.mode = landmark.mode;
  add_parts(entry, 0, begun_);
  begun_.bytes.resize(layer::tar_entry_size(landmark));
  std::ranges::copy(std::as_bytes(std::span(landmark.content)),
                    begun_.bytes.begin() + static_cast<ptrdiff_t>(header));
  cutter_.add(landmark.path, begun_.bytes.size());
}

bool TarFrames::next(layer::TarFrame& frame) {
  frame.bytes.assign(begun_.bytes.begin(), begun_.bytes.end());
  frame.parts = std::move(begun_.parts);
  begun_.bytes.clear();
  begun_.parts.clear();
  if (is_complete_) return false;
  while (fill()) {
    if (left_out_ > 0 ? skip() : large_left_ > 0 ? take_piece(frame) : take_entry(frame)) {
      return true;
    }
  }
  finish();
  return true;
}

void TarFrames::finish() {
  is_complete_ = true;
  check_digest(layer_, plain_.finish_raw_digest());
  if (entry_left_ > padding_) {
    throw layer::Error({layer_.blob.name()},
                       fmt::format("ends within '{}'", layer::shown_path(scan_.entry().path)));
  }
  if (is_estargz_) check_diff_id(layer_, layer::DiffId{hash_.finish()});
}

// Whether there are bytes.
bool TarFrames::fill() {
  if (!rest_.empty()) return true;
  rest_ = plain_.next();
  if (is_estargz_) hash_.update(rest_);
  if (head_.size() == layer::kTarBlock) return !rest_.empty();
  const auto wanted = rest_.first(std::min(rest_.size(), layer::kTarBlock - head_.size()));
  head_.insert(head_.end(), wanted.begin(), wanted.end());
  if (rest_.empty() || head_.size() == layer::kTarBlock) check_begins_as_tar(layer_.blob, head_);
  return !rest_.empty();
}

// Passes over an entry that is left out. No frame ends there.
bool TarFrames::skip() {
  const size_t size = std::min<uint64_t>(rest_.size(), left_out_);
  scan_.update(rest_.first(size));
  rest_ = rest_.subspan(size);
  left_out_ -= size;
  return false;
}

void TarFrames::append(size_t size, layer::TarFrame& frame) {
  frame.bytes.insert(frame.bytes.end(), rest_.begin(),
                     rest_.begin() + static_cast<ptrdiff_t>(size));
  rest_ = rest_.subspan(size);
}

// Whether a piece of a large file, which others follow, is full.
bool TarFrames::take_piece(layer::TarFrame& frame) {
  const size_t size = std::min<uint64_t>(rest_.size(), std::min(piece_left_, large_left_));
  scan_.update(rest_.first(size));
  append(size, frame);
  entry_left_ -= size;
  large_left_ -= size;
  piece_left_ -= size;
  if (piece_left_ > 0 || large_left_ == 0) return false;
  piece_left_ = maximum_;
  if (target_.has_toc()) {
    begun_.parts.push_back(
        {0, {}, std::min(maximum_, large_left_), large_size_ - large_left_, large_size_});
  }
  return true;
}

bool TarFrames::is_left_out(const TarScan::Entry& entry) const {
  if (!is_estargz_) return false;
  const std::string path = clean_path(entry.path).value_or(std::string());
  return path == layer::kTocName || (adds_landmark_ && layer::is_landmark(path));
}

// The frame ends with the entry's header, which begins at `header`.
void TarFrames::add_parts(const TarScan::Entry& entry, size_t header, layer::TarFrame& frame) {
  const size_t content = frame.bytes.size();
  frame.parts.push_back({header, toc_entry_of(entry, layer_.blob.name())});
  frame.parts.back().end = content;
  if (entry.size == 0) return;
  frame.parts.push_back({content, {}, std::min(entry.size, maximum_), 0, entry.size});
}

// Ends the frame after so many of its bytes. The others begin the next one.
void TarFrames::split(size_t end, layer::TarFrame& frame) {
  const auto rest = frame.bytes.begin() + static_cast<ptrdiff_t>(end);
  begun_.bytes.assign(rest, frame.bytes.end());
  frame.bytes.erase(rest, frame.bytes.end());
  const auto first = std::ranges::find_if(
      frame.parts, [&](const layer::TarPart& part) { return part.begin >= end; });
  for (auto part = first; part != frame.parts.end(); ++part) {
    part->begin -= end;
    if (part->entry) part->end -= end;
    begun_.parts.push_back(std::move(*part));
  }
  frame.parts.erase(first, frame.parts.end());
}

// Whether the next frame is known to begin, and where.
bool TarFrames::take_entry(layer::TarFrame& frame) {
  const size_t size = scan_.update_to_entry(rest_);
  const size_t of_entry = std::min<uint64_t>(size, entry_left_);
  entry_left_ -= of_entry;
  headless_ += size - of_entry;
  append(size, frame);
  if (!scan_.has_entry()) {
    if (is_estargz_ && scan_.has_ended()) {
      frame.bytes.resize(frame.bytes.size() - std::min(headless_, frame.bytes.size()));
      headless_ = 0;
    }
    if (target_.has_toc() && headless_ > layer::kLongestHeader && !scan_.has_ended()) {
      throw layer::Error({layer_.blob.name()},
                         fmt::format("has a header of more than {} MiB, which a layer with a table "
                                     "of contents cannot have",
                                     layer::kLongestHeader >> 20))
          .with_help("take another compression");
    }
    // What follows the end of a tar, or extended headers without end: no frame of a tar that veneer
    // wrote is so long. A content is not cut: it is shorter than a frame.
    if (entry_left_ > 0 || frame.bytes.size() < 2 * maximum_) return false;
    cutter_.pass_large();
    return true;
  }
  const TarScan::Entry& entry = scan_.entry();
  // The first extended headers may be in frames before this one.
  const uint64_t header_size = std::min<uint64_t>(entry.header_size, frame.bytes.size());
  const size_t header = frame.bytes.size() - header_size;
  headless_ = 0;
  if (is_left_out(entry) && header_size == entry.header_size) {
    frame.bytes.resize(header);
    left_out_ = layer::padded_to_block(entry.size);
    return false;
  }
  entry_left_ = layer::padded_to_block(entry.size);
  padding_ = entry_left_ - entry.size;
  if (target_.has_toc()) add_parts(entry, header, frame);
  std::optional<uint64_t> end;
  if (entry.size >= maximum_) {
    cutter_.pass_large();
    large_size_ = large_left_ = entry.size;
    piece_left_ = maximum_;
    end = header;
  } else {
    end = cutter_.add(entry.path, header_size + layer::padded_to_block(entry.size));
  }
  if (ends_large_) end = header;
  ends_large_ = large_left_ > 0;
  if (!end || *end == 0) return false;
  split(*end, frame);
  return true;
}

}  // namespace oci
