// The frames under way: a fixed number of them, in memory that is used again.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "layer/base/digest.h"
#include "layer/write/codec.h"
#include "layer/write/frame_tar.h"
#include "layer/write/frames.h"

namespace layer {

// One frame under way; or a layer that is stored.
struct Slot {
  std::unique_ptr<std::byte[]> tar_memory;
  std::unique_ptr<std::byte[]> packed_memory;

  size_t layer = 0;
  const Frame* frame = nullptr;  // null: the layer is stored
  bool begins_layer = false;     // the first that is not taken over
  std::optional<Digest> key{};   // of the frame, while its files are as planned
  Digest content{};              // with a store
  std::span<const std::byte> tar{};
  PackedFrame packed{};
  std::optional<PieceSource> source{};  // the large file that the frame is a piece of
  Sha256State tar_state{};              // behind the frame
  DiffId diff_id{};                     // once the layer's last frame is hashed
  std::exception_ptr failure{};
};

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

  // There is one: whoever takes and gives back keeps no more than size() at once. As new, but for
  // its memory.
  Slot& take() {
    const std::lock_guard lock(mutex_);
    Slot& slot = *free_.back();
    free_.pop_back();
    slot = Slot{std::move(slot.tar_memory), std::move(slot.packed_memory)};
    return slot;
  }
  void give_back(Slot& slot) {
    const std::lock_guard lock(mutex_);
    free_.push_back(&slot);
  }

 private:
  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::vector<Slot*> free_;  // the one used last is taken first: its memory is in the caches
};

}  // namespace layer
