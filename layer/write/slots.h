// A pool of slots for frames being written, with a fixed number and reused memory.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "layer/base/digest.h"
#include "layer/toc/tar_parts.h"
#include "layer/write/codec.h"
#include "layer/write/frame_tar.h"
#include "layer/write/frames.h"

namespace layer {

// One frame being written.
struct Slot {
  std::unique_ptr<std::byte[]> tar_memory;
  std::unique_ptr<std::byte[]> packed_memory;

  const Frame* frame = nullptr;
  const Frame* ahead = nullptr;  // of this or another layer: read ahead; null: none is
  const LayerPlan* ahead_plan = nullptr;
  bool begins_layer = false;    // the first frame that is not copied
  std::optional<Digest> key{};  // of the frame, while its files are as planned
  Digest content{};             // with a store
  std::span<const std::byte> tar{};
  PackedFrame packed{};
  std::optional<PieceSource> source{};  // the large file that the frame is a piece of
  std::vector<TarPart> parts{};         // of a layer with a table of contents
  Sha256State tar_state{};              // after the frame
  DiffId diff_id{};                     // once the layer's last frame is hashed, if it ends the tar
  WholeFile whole_file{};               // see WholeFileHash
  std::exception_ptr failure{};
  bool is_packed = false;   // the first step is done
  bool is_in_step = false;  // a thread works on it
};

// Not thread-safe.
class SlotPool {
 public:
  void make(size_t count, size_t tar_capacity, size_t packed_capacity) {
    slots_.resize(count);
    for (Slot& slot : slots_) {
      slot.tar_memory = std::make_unique_for_overwrite<std::byte[]>(tar_capacity);
      slot.packed_memory = std::make_unique_for_overwrite<std::byte[]>(packed_capacity);
      free_.push_back(&slot);
    }
  }
  size_t size() const { return slots_.size(); }
  bool has_free() const { return !free_.empty(); }

  // Takes a free slot, reset except for its memory. There must be one.
  Slot& take() {
    Slot& slot = *free_.back();
    free_.pop_back();
    slot = Slot{std::move(slot.tar_memory), std::move(slot.packed_memory)};
    return slot;
  }
  void give_back(Slot& slot) { free_.push_back(&slot); }

 private:
  std::vector<Slot> slots_;
  std::vector<Slot*> free_;  // last used, first taken: its memory is in the CPU's caches
};

}  // namespace layer
