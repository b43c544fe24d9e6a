// One pipeline over the frames of all layers: read and compress in parallel, hash and write in
// order.
#include "layer/write/layer_writer.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "layer/write/codec.h"
#include "layer/write/frame_tar.h"
#include "layer/write/frames.h"
#include "layer/write/gzip.h"

namespace layer {
namespace {

// Frames under way for each job: enough that one thread with a slow frame does not stop the others,
// whose frames must wait for it to be written in order.
constexpr size_t kSlotsPerJob = 3;

// One frame under way, in memory that is used again for a later one.
struct Slot {
  std::unique_ptr<std::byte[]> tar_memory;
  std::unique_ptr<std::byte[]> packed_memory;

  size_t layer = 0;
  const Frame* frame = nullptr;
  bool begins_layer = false;
  std::span<const std::byte> tar;
  PackedFrame packed;
  std::optional<FileStamp> stamp;  // of the large file that the frame is a piece of
  DiffId diff_id;                  // once the layer's last frame is hashed
  std::exception_ptr failure;
};

class Pipeline {
 public:
  Pipeline(const std::vector<LayerPlan>& plans, Compression compression, unsigned jobs,
           LayerSink& sink, Progress& progress);

  std::vector<Layer> run();

 private:
  Slot* take_next_frame();      // in order
  void pack(Slot& slot);        // in parallel
  void hash_tar(Slot& slot);    // in order
  void write_blob(Slot& slot);  // in order
  void append_to_blob(std::span<const std::byte> bytes);
  void finish_layer(const Slot& slot);

  const std::vector<LayerPlan>& plans_;
  const Compression compression_;
  const unsigned jobs_;
  LayerSink& sink_;
  Progress& progress_;

  std::vector<std::vector<Frame>> frames_;  // of each layer
  size_t next_layer_ = 0;
  size_t next_frame_ = 0;

  tbb::enumerable_thread_specific<FrameCompressor> compressors_;
  std::vector<Slot> slots_;
  size_t packed_capacity_ = 0;  // of a slot
  std::mutex free_mutex_;
  std::vector<Slot*> free_;  // the one used last is taken first: its memory is in the caches

  // What hash_tar() keeps from frame to frame.
  Sha256 tar_hash_;
  std::optional<FileStamp> last_stamp_;

  // What write_blob() keeps from frame to frame.
  OutputFile* blob_ = nullptr;
  Sha256 blob_hash_;
  GzipSplice splice_;
  uint64_t blob_size_ = 0;
  uint64_t tar_size_ = 0;
  std::vector<Layer> layers_;
};

Pipeline::Pipeline(const std::vector<LayerPlan>& plans, Compression compression, unsigned jobs,
                   LayerSink& sink, Progress& progress)
    : plans_(plans),
      compression_(compression),
      jobs_(std::max(jobs, 1U)),
      sink_(sink),
      progress_(progress),
      compressors_([compression] { return FrameCompressor(compression); }) {
  uint64_t total = 0;
  uint64_t largest = 0;
  size_t count = 0;
  for (const LayerPlan& plan : plans) {
    frames_.push_back(cut_frames(plan, frame_rule(compression.codec)));
    for (const Frame& frame : frames_.back()) {
      total += frame.tar_size;
      largest = std::max(largest, frame.tar_size);
    }
    count += frames_.back().size();
  }
  progress_.tar_bytes_total = total;
  slots_.resize(std::min(count, kSlotsPerJob * jobs_));
  const size_t packed = FrameCompressor(compression).bound(largest);
  for (Slot& slot : slots_) {
    slot.tar_memory = std::make_unique_for_overwrite<std::byte[]>(largest);
    slot.packed_memory = std::make_unique_for_overwrite<std::byte[]>(packed);
    free_.push_back(&slot);
  }
  packed_capacity_ = packed;
}

Slot* Pipeline::take_next_frame() {
  if (next_layer_ == plans_.size()) return nullptr;
  Slot* slot = nullptr;
  {
    const std::lock_guard lock(free_mutex_);
    slot = free_.back();
    free_.pop_back();
  }
  slot->layer = next_layer_;
  slot->frame = &frames_[next_layer_][next_frame_];
  slot->begins_layer = next_frame_ == 0;
  slot->tar = {};
  slot->packed = {};
  slot->stamp.reset();
  slot->failure = nullptr;
  if (++next_frame_ == frames_[next_layer_].size()) {
    next_frame_ = 0;
    ++next_layer_;
  }
  return slot;
}

void Pipeline::pack(Slot& slot) {
  // Kept until the frame's turn, so that of several faults the first in order is reported.
  try {
    const std::span<std::byte> tar(slot.tar_memory.get(), slot.frame->tar_size);
    slot.stamp = build_frame_tar(plans_[slot.layer], *slot.frame, tar);
    slot.tar = tar;
    slot.packed = compressors_.local().pack(tar, {slot.packed_memory.get(), packed_capacity_});
  } catch (...) {
    slot.failure = std::current_exception();
  }
}

void Pipeline::hash_tar(Slot& slot) {
  if (slot.failure) std::rethrow_exception(slot.failure);
  if (slot.frame->piece_offset > 0 && slot.stamp != last_stamp_) {
    throw_changed(plans_[slot.layer].entries[slot.frame->first].source);
  }
  last_stamp_ = slot.stamp;
  tar_hash_.update(slot.tar);
  if (!slot.frame->ends_layer) return;
  slot.diff_id = DiffId{tar_hash_.finish()};
  tar_hash_ = Sha256();
}

void Pipeline::append_to_blob(std::span<const std::byte> bytes) {
  // Without a codec the blob is the tar, which has been hashed already.
  if (compression_.codec != Codec::kNone) blob_hash_.update(bytes);
  blob_->write(bytes);
  blob_size_ += bytes.size();
}

void Pipeline::write_blob(Slot& slot) {
  const bool is_gzip = compression_.codec == Codec::kGzip;
  if (slot.begins_layer) {
    blob_ = &sink_.begin(plans_[slot.layer]);
    if (is_gzip) append_to_blob(kGzipHeader);
  }
  append_to_blob(slot.packed.bytes);
  tar_size_ += slot.tar.size();
  if (is_gzip) splice_.append(slot.packed.crc, slot.tar.size());
  if (slot.frame->ends_layer) {
    if (is_gzip) append_to_blob(splice_.trailer());
    finish_layer(slot);
  }
  progress_.tar_bytes_done += slot.tar.size();
  const std::lock_guard lock(free_mutex_);
  free_.push_back(&slot);
}

void Pipeline::finish_layer(const Slot& slot) {
  Layer layer;
  layer.name = plans_[slot.layer].name;
  layer.compression = compression_;
  layer.recipe = recipe(compression_);
  layer.diff_id = slot.diff_id;
  layer.digest = compression_.codec == Codec::kNone ? slot.diff_id.digest : blob_hash_.finish();
  layer.size = blob_size_;
  layer.tar_size = tar_size_;
  sink_.end(layer);
  layers_.push_back(std::move(layer));
  blob_ = nullptr;
  blob_hash_ = Sha256();
  splice_ = {};
  blob_size_ = 0;
  tar_size_ = 0;
}

std::vector<Layer> Pipeline::run() {
  using tbb::filter_mode;
  // Both are needed: the arena alone would not raise the number of threads above the processors.
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, jobs_);
  tbb::task_arena arena(static_cast<int>(jobs_));
  arena.execute([this] {
    tbb::parallel_pipeline(
        slots_.size(),
        tbb::make_filter<void, Slot*>(filter_mode::serial_in_order,
                                      [this](tbb::flow_control& control) {
                                        Slot* slot = take_next_frame();
                                        if (slot == nullptr) control.stop();
                                        return slot;
                                      }) &
            tbb::make_filter<Slot*, Slot*>(filter_mode::parallel,
                                           [this](Slot* slot) { return pack(*slot), slot; }) &
            tbb::make_filter<Slot*, Slot*>(filter_mode::serial_in_order,
                                           [this](Slot* slot) { return hash_tar(*slot), slot; }) &
            tbb::make_filter<Slot*, void>(filter_mode::serial_in_order,
                                          [this](Slot* slot) { write_blob(*slot); }));
  });
  return std::move(layers_);
}

}  // namespace

std::vector<Layer> write_layers(const std::vector<LayerPlan>& plans, Compression compression,
                                unsigned jobs, LayerSink& sink, Progress& progress) {
  if (plans.empty()) return {};
  return Pipeline(plans, compression, jobs, sink, progress).run();
}

}  // namespace layer
