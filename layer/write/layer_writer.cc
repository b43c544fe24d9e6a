// One pipeline over all frames: reads and compresses in parallel, hashes and writes in order.
#include "layer/write/layer_writer.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <exception>
#include <optional>

#include "layer/base/threads.h"
#include "layer/base/trace.h"
#include "layer/disk/file_reader.h"
#include "layer/disk/sync.h"
#include "layer/write/blob_stream.h"
#include "layer/write/codec.h"
#include "layer/write/frame_tar.h"
#include "layer/write/frames.h"
#include "layer/write/layer_work.h"
#include "layer/write/reuse.h"
#include "layer/write/slots.h"

namespace layer {
namespace {

// Frames under way for each job: enough that one thread with a slow frame does not stop the others,
// whose frames must wait for it to be written in order.
constexpr size_t kSlotsPerJob = 2;

class Pipeline {
 public:
  Pipeline(const std::vector<LayerPlan>& plans, Compression compression, unsigned jobs,
           LayerSink& sink, Progress& progress, Store* store);

  std::vector<WrittenLayer> run();

 private:
  void make_slots();
  Slot* take_next();      // in order
  void pack(Slot& slot);  // in parallel
  void pack_or_reuse(Slot& slot);
  const TarEntry& large_file(const Slot& slot) const;  // that the frame is a piece of
  void hash_tar(Slot& slot);                           // in order
  void write_blob(Slot& slot);                         // in order
  void begin_blob(const Slot& slot);
  void note_frame(const Slot& slot);
  void finish_layer(const Slot& slot);
  bool keeps_layers() const { return reuse_ && reuse_->takes_layers(); }

  const std::vector<LayerPlan>& plans_;
  const Compression compression_;
  const unsigned jobs_;
  LayerSink& sink_;
  Progress& progress_;
  std::optional<Reuse> reuse_;

  std::vector<LayerWork> work_;  // of each layer
  size_t next_layer_ = 0;
  size_t next_frame_ = 0;

  tbb::enumerable_thread_specific<FrameCompressor> compressors_;
  SlotPool slots_;
  size_t packed_capacity_ = 0;  // of a slot

  // What hash_tar() keeps from frame to frame.
  Sha256 tar_hash_;
  std::optional<PieceSource> last_source_;

  // What write_blob() keeps from frame to frame.
  std::optional<OutputFile> stored_file_;  // with a store that can be written
  EarlySync early_sync_;                   // of it
  std::optional<BlobStream> blob_;
  std::vector<WrittenFrame> written_;  // with a store
  std::vector<WrittenLayer> layers_;
};

Pipeline::Pipeline(const std::vector<LayerPlan>& plans, Compression compression, unsigned jobs,
                   LayerSink& sink, Progress& progress, Store* store)
    : plans_(plans),
      compression_(compression),
      jobs_(std::max(jobs, 1U)),
      sink_(sink),
      progress_(progress),
      compressors_([compression] { return FrameCompressor(compression); }) {
  if (store != nullptr) reuse_.emplace(*store, compression);
  work_.resize(plans.size());
  Threads(jobs_).execute([&] {
    tbb::parallel_for(size_t{0}, plans.size(), [&](size_t i) {
      work_[i] = prepare_layer(plans[i], compression, reuse_ ? &*reuse_ : nullptr);
      progress_.tar_bytes_total += work_[i].tar_size;
    });
  });
  make_slots();
  if (!work_.empty()) next_frame_ = work_.front().start.frames.size();
}

void Pipeline::make_slots() {
  uint64_t largest = 0;
  size_t count = 0;
  for (const LayerWork& work : work_) {
    for (const Frame& frame : work.frames) largest = std::max(largest, frame.tar_size);
    count += std::max<size_t>(work.frames.size(), 1);
  }
  packed_capacity_ = FrameCompressor(compression_).bound(largest);
  // What a store has needs room even where nothing is compressed.
  if (reuse_) packed_capacity_ = std::max<size_t>(packed_capacity_, largest);
  slots_.make(std::min(count, kSlotsPerJob * jobs_), largest, packed_capacity_);
}

Slot* Pipeline::take_next() {
  if (next_layer_ == work_.size()) return nullptr;
  if (progress_.is_cancelled != nullptr && *progress_.is_cancelled) throw Error("cancelled");
  Slot* slot = &slots_.take();
  const LayerWork& work = work_[next_layer_];
  slot->layer = next_layer_;
  if (!work.stored) {
    slot->frame = &work.frames[next_frame_];
    slot->key = work.keys.frames[next_frame_];
    slot->begins_layer = next_frame_ == work.start.frames.size();
    ++next_frame_;
  }
  if (work.stored || next_frame_ == work.frames.size()) {
    ++next_layer_;
    next_frame_ = next_layer_ < work_.size() ? work_[next_layer_].start.frames.size() : 0;
  }
  return slot;
}

void Pipeline::pack(Slot& slot) {
  if (slot.frame == nullptr) return;
  // Kept until the frame's turn, so that of several faults the first in order is reported.
  try {
    const std::span<std::byte> tar(slot.tar_memory.get(), slot.frame->tar_size);
    const FrameSources sources = [&] {
      const TraceScope scope(progress_.trace, "read", plans_[slot.layer].name);
      const FrameUse use = reuse_ ? FrameUse::kAgain : FrameUse::kOnce;
      return build_frame_tar(plans_[slot.layer], *slot.frame, use, tar);
    }();
    if (!sources.as_planned || sources.may_be_written) slot.key.reset();
    slot.source = sources.large;
    slot.tar = tar;
    progress_.tar_bytes_read += tar.size();
    pack_or_reuse(slot);
  } catch (...) {
    slot.failure = std::current_exception();
  }
}

void Pipeline::pack_or_reuse(Slot& slot) {
  const TraceScope scope(progress_.trace, "compress", plans_[slot.layer].name);
  const std::span<std::byte> memory(slot.packed_memory.get(), packed_capacity_);
  if (reuse_) {
    std::optional<StoredFrame> known;
    if (slot.key) known = reuse_->find_frame(*slot.key, slot.tar.size());
    slot.content = known ? known->record.key : reuse_->content_of(slot.tar);
    if (!known) known = reuse_->find_content(slot.content, slot.tar.size());
    if (const auto packed = known ? Reuse::read(*known, memory) : std::nullopt) {
      slot.packed = *packed;
      return;
    }
  }
  slot.packed = compressors_.local().pack(slot.tar, memory);
  progress_.tar_bytes_packed += slot.tar.size();
}

const TarEntry& Pipeline::large_file(const Slot& slot) const {
  return plans_[slot.layer].entries[slot.frame->first];
}

void Pipeline::hash_tar(Slot& slot) {
  if (slot.failure) std::rethrow_exception(slot.failure);
  if (slot.frame == nullptr) return;
  const TraceScope scope(progress_.trace, "hash", plans_[slot.layer].name);
  const KnownStart& start = work_[slot.layer].start;
  if (slot.begins_layer && !start.frames.empty()) {
    tar_hash_ = Sha256(start.frames.back().tar);
    // Pieces that were taken over are as the file was when it was planned.
    if (slot.frame->piece_offset > 0) last_source_ = {*large_file(slot).stamp, 0};
  }
  if (slot.frame->piece_offset > 0 && !is_same_source(*slot.source, *last_source_)) {
    throw_changed(large_file(slot).source());
  }
  last_source_ = slot.source;
  tar_hash_.update(slot.tar);
  slot.tar_state = tar_hash_.state();
  if (!slot.frame->ends_layer) return;
  slot.diff_id = DiffId{tar_hash_.finish()};
  tar_hash_ = Sha256();
}

// Takes over the frames that are known, as few copies as their places allow.
void Pipeline::begin_blob(const Slot& slot) {
  if (keeps_layers()) stored_file_.emplace(reuse_->create_blob());
  blob_.emplace(compression_,
                stored_file_ ? *stored_file_ : sink_.begin(work_[slot.layer].tar_size));
  early_sync_ = {};
  const KnownStart& start = work_[slot.layer].start;
  written_ = start.frames;
  for (size_t i = 0; i < start.sources.size();) {
    const StoredFrame& first = start.sources[i];
    uint64_t size = 0;
    for (; i < start.sources.size() && start.sources[i].blob == first.blob &&
           start.sources[i].record.offset == first.record.offset + size;
         ++i) {
      size += start.sources[i].record.packed_size;
      blob_->skip_frame(written_[i].crc, written_[i].tar_size);
      progress_.tar_bytes_done += written_[i].tar_size;
    }
    blob_->copy_frames(first.blob->file.get(), first.record.offset, size);
  }
  if (!written_.empty()) blob_->resume(written_.back().packed);
}

void Pipeline::note_frame(const Slot& slot) {
  if (!keeps_layers()) return;
  early_sync_.grown_to(stored_file_->fd(), blob_->size());
  written_.push_back({slot.key, slot.content, blob_->size() - slot.packed.bytes.size(),
                      slot.tar.size(), slot.packed.bytes.size(), slot.packed.crc, slot.tar_state,
                      blob_->state()});
}

void Pipeline::write_blob(Slot& slot) {
  const TraceScope scope(progress_.trace, "write", plans_[slot.layer].name);
  const std::optional<CachedLayer>& stored = work_[slot.layer].stored;
  if (stored) {
    sink_.add(stored->layer, stored->blob->file.get());
    layers_.push_back(stored->layer);
    progress_.tar_bytes_done += stored->layer.tar_size;
  } else {
    if (slot.begins_layer) begin_blob(slot);
    blob_->append(slot.packed, slot.tar.size());
    note_frame(slot);
    progress_.tar_bytes_done += slot.tar.size();
    if (slot.frame->ends_layer) finish_layer(slot);
  }
  slots_.give_back(slot);
}

void Pipeline::finish_layer(const Slot& slot) {
  WrittenLayer layer;
  layer.name = plans_[slot.layer].name;
  layer.compression = compression_;
  layer.recipe = codec_recipe(compression_);
  layer.diff_id = slot.diff_id;
  layer.digest = blob_->finish(slot.diff_id);
  layer.size = blob_->size();
  layer.tar_size = blob_->tar_size();
  blob_.reset();
  if (keeps_layers()) {
    const bool is_as_planned = std::all_of(written_.begin(), written_.end(),
                                           [](const WrittenFrame& frame) { return frame.key; });
    if (is_as_planned) layer.key = work_[slot.layer].keys.layer;
    const BlobPointer blob = reuse_->add_layer(layer, written_, std::move(*stored_file_));
    stored_file_.reset();
    sink_.add(layer, blob->file.get());
  } else {
    sink_.end(layer);
  }
  layers_.push_back(std::move(layer));
}

std::vector<WrittenLayer> Pipeline::run() {
  using tbb::filter_mode;
  Threads arena(jobs_);
  arena.execute([this] {
    tbb::parallel_pipeline(
        slots_.size(),
        tbb::make_filter<void, Slot*>(filter_mode::serial_in_order,
                                      [this](tbb::flow_control& control) {
                                        Slot* slot = take_next();
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

std::vector<WrittenLayer> write_layers(const std::vector<LayerPlan>& plans, Compression compression,
                                       unsigned jobs, LayerSink& sink, Progress& progress,
                                       Store* store) {
  if (plans.empty()) return {};
  return Pipeline(plans, compression, jobs, sink, progress, store).run();
}

}  // namespace layer
