// One pipeline over the frames of all streams: reads in order, compresses in parallel, writes in
// order.
#include "layer/write/stream_writer.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>

#include "layer/base/threads.h"
#include "layer/base/trace.h"
#include "layer/disk/sync.h"
#include "layer/store/memo.h"
#include "layer/write/blob_stream.h"
#include "layer/write/codec.h"
#include "layer/write/layer_keys.h"
#include "layer/write/reuse.h"

namespace layer {
namespace {

constexpr size_t kStreamSlotsPerJob = 2;  // as in layer_writer.cc

// The store's key of what becomes of a tar.
Digest stream_key(const DiffId& diff_id, const std::string& recipe) {
  MemoWriter text;
  text.put(std::string_view("layer compressed anew 1"));
  text.put(diff_id.digest);
  text.put(recipe);
  return text.digest();
}

// One frame, or a whole layer that the store has.
struct StreamSlot {
  TarFrame frame;
  std::unique_ptr<std::byte[]> packed_memory;
  size_t packed_capacity = 0;

  size_t layer = 0;
  const CachedLayer* stored = nullptr;
  bool begins_layer = false;
  bool ends_layer = false;
  PackedFrame packed{};
  WholeFile whole_file{};   // see WholeFileHash
  Sha256State tar_state{};  // once the layer's last frame is hashed
  DiffId diff_id{};         // the same
  std::exception_ptr failure{};
};

class StreamPipeline {
 public:
  StreamPipeline(std::span<const TarStream> streams, Compression compression, unsigned jobs,
                 LayerSink& sink, Progress& progress, Store* store);

  std::vector<WrittenLayer> run();

 private:
  StreamSlot& take_slot();
  StreamSlot* take_next();  // in order
  void read_frame(StreamSlot& slot);
  void pack(StreamSlot& slot);        // in parallel
  void hash_tar(StreamSlot& slot);    // in order
  void write_blob(StreamSlot& slot);  // in order
  void finish_layer(const StreamSlot& slot);
  void sink_stored(const WrittenLayer& layer, int fd);
  bool keeps_layers() const { return reuse_ && reuse_->takes_layers(); }

  const std::span<const TarStream> streams_;
  const Compression compression_;
  const unsigned jobs_;
  LayerSink& sink_;
  Progress& progress_;
  Store* const store_;
  std::optional<Reuse> reuse_;
  std::vector<Digest> keys_;                        // with a store
  std::vector<std::optional<CachedLayer>> stored_;  // of each stream

  std::vector<StreamSlot> slots_;
  std::mutex mutex_;
  std::vector<StreamSlot*> free_;  // guarded by mutex_
  tbb::enumerable_thread_specific<FrameCompressor> compressors_;

  // What take_next() keeps. A frame is known to be its layer's last once the next is asked for.
  size_t next_layer_ = 0;
  bool in_layer_ = false;
  TarFrame ahead_;
  bool has_failed_ = false;

  Sha256 tar_hash_;  // of hash_tar()
  WholeFileHash file_hash_;

  // What write_blob() keeps.
  std::optional<OutputFile> stored_file_;
  EarlySync early_sync_;
  std::optional<BlobStream> blob_;
  std::vector<WrittenLayer> layers_;
};

StreamPipeline::StreamPipeline(std::span<const TarStream> streams, Compression compression,
                               unsigned jobs, LayerSink& sink, Progress& progress, Store* store)
    : streams_(streams),
      compression_(compression),
      jobs_(std::max(jobs, 1U)),
      sink_(sink),
      progress_(progress),
      store_(store),
      stored_(streams.size()),
      compressors_([compression] { return FrameCompressor(compression); }) {
  if (store_ != nullptr) {
    reuse_.emplace(*store_, compression_);
    const std::string recipe = blob_recipe(compression_);
    for (size_t i = 0; i < streams_.size(); ++i) {
      keys_.push_back(stream_key(streams_[i].diff_id, recipe));
      stored_[i] = reuse_->find_layer(keys_[i], streams_[i].name);
    }
  }
  slots_.resize(kStreamSlotsPerJob * jobs_);
  for (StreamSlot& slot : slots_) free_.push_back(&slot);
}

// A free slot, reset except for its memory. There is one: tokens are as many as slots.
StreamSlot& StreamPipeline::take_slot() {
  const std::lock_guard lock(mutex_);
  StreamSlot& slot = *free_.back();
  free_.pop_back();
  slot = StreamSlot{std::move(slot.frame), std::move(slot.packed_memory), slot.packed_capacity};
  return slot;
}

StreamSlot* StreamPipeline::take_next() {
  if (next_layer_ == streams_.size() || has_failed_) return nullptr;
  if (progress_.is_cancelled != nullptr && *progress_.is_cancelled) throw Error("cancelled");
  StreamSlot* slot = &take_slot();
  slot->layer = next_layer_;
  if (stored_[next_layer_]) {
    slot->stored = &*stored_[next_layer_++];
    return slot;
  }
  // Kept until the frame's turn, so that of several faults the first in order is reported.
  try {
    const TraceScope scope(progress_.trace, "read", streams_[next_layer_].name);
    read_frame(*slot);
  } catch (...) {
    slot->failure = std::current_exception();
    has_failed_ = true;
  }
  return slot;
}

void StreamPipeline::read_frame(StreamSlot& slot) {
  const TarStream& stream = streams_[next_layer_];
  slot.begins_layer = !in_layer_;
  if (!in_layer_) stream.next(ahead_);
  std::swap(slot.frame, ahead_);
  in_layer_ = stream.next(ahead_);
  slot.ends_layer = !in_layer_;
  if (slot.ends_layer) ++next_layer_;
  progress_.tar_bytes_read += slot.frame.bytes.size();
}

void StreamPipeline::pack(StreamSlot& slot) {
  if (slot.stored != nullptr || slot.failure) return;
  try {
    const TraceScope scope(progress_.trace, "compress", streams_[slot.layer].name);
    FrameCompressor& compressor = compressors_.local();
    const std::vector<std::byte>& tar = slot.frame.bytes;
    const size_t bound = compressor.bound(tar.size());
    if (bound > slot.packed_capacity) {
      slot.packed_memory = std::make_unique_for_overwrite<std::byte[]>(bound);
      slot.packed_capacity = bound;
    }
    const std::span<std::byte> memory(slot.packed_memory.get(), bound);
    hash_parts(tar, slot.frame.parts);
    if (compression_.has_toc()) {
      slot.packed = compressor.pack_apart(tar, slot.frame.parts, memory);
    } else {
      slot.packed = compressor.pack(tar, memory);
    }
    progress_.tar_bytes_packed += tar.size();
  } catch (...) {
    slot.failure = std::current_exception();
  }
}

void StreamPipeline::hash_tar(StreamSlot& slot) {
  if (slot.failure) std::rethrow_exception(slot.failure);
  if (slot.stored != nullptr) return;
  const TarStream& stream = streams_[slot.layer];
  const TraceScope scope(progress_.trace, "hash", stream.name);
  tar_hash_.update(slot.frame.bytes);
  slot.whole_file = file_hash_.update(slot.frame.bytes, slot.frame.parts);
  if (!slot.ends_layer) return;
  slot.tar_state = tar_hash_.state();
  slot.diff_id = DiffId{tar_hash_.finish()};
  tar_hash_ = Sha256();
  if (compression_.format != LayerFormat::kEstargz) stream.check(slot.diff_id);
}

// The sink must not depend on whether the store knew the tar's size.
void StreamPipeline::sink_stored(const WrittenLayer& layer, int fd) {
  WrittenLayer of_unknown_size = layer;
  of_unknown_size.tar_size = kUnknownSize;
  sink_.add(of_unknown_size, fd);
}

void StreamPipeline::write_blob(StreamSlot& slot) {
  const TraceScope scope(progress_.trace, "write", streams_[slot.layer].name);
  if (slot.stored != nullptr) {
    sink_stored(slot.stored->layer, slot.stored->blob->file.get());
    layers_.push_back(slot.stored->layer);
  } else {
    if (slot.begins_layer) {
      if (keeps_layers()) stored_file_.emplace(reuse_->create_blob());
      blob_.emplace(compression_, stored_file_ ? *stored_file_ : sink_.begin(kUnknownSize));
      early_sync_ = {};
    }
    const uint64_t offset = blob_->append(slot.packed, slot.frame.bytes.size());
    blob_->note_contents(slot.frame.bytes, slot.frame.parts, offset, slot.whole_file);
    if (stored_file_) early_sync_.grown_to(stored_file_->fd(), blob_->size());
    if (slot.ends_layer) finish_layer(slot);
  }
  const std::lock_guard lock(mutex_);
  free_.push_back(&slot);
}

void StreamPipeline::finish_layer(const StreamSlot& slot) {
  WrittenLayer layer;
  layer.name = streams_[slot.layer].name;
  layer.compression = compression_;
  layer.recipe = codec_recipe(compression_);
  layer.diff_id = slot.diff_id;
  blob_->end_toc(slot.tar_state, layer);
  layer.digest = blob_->finish(layer.diff_id);
  layer.size = blob_->size();
  layer.tar_size = blob_->tar_size();
  blob_.reset();
  if (stored_file_) {
    layer.key = keys_[slot.layer];
    const BlobPointer blob = reuse_->add_layer(layer, {}, std::move(*stored_file_));
    stored_file_.reset();
    sink_stored(layer, blob->file.get());
  } else {
    sink_.end(layer);
  }
  layers_.push_back(std::move(layer));
}

std::vector<WrittenLayer> StreamPipeline::run() {
  using tbb::filter_mode;
  Threads arena(jobs_);
  arena.execute([this] {
    tbb::parallel_pipeline(
        slots_.size(),
        tbb::make_filter<void, StreamSlot*>(filter_mode::serial_in_order,
                                            [this](tbb::flow_control& control) {
                                              StreamSlot* slot = take_next();
                                              if (slot == nullptr) control.stop();
                                              return slot;
                                            }) &
            tbb::make_filter<StreamSlot*, StreamSlot*>(
                filter_mode::parallel, [this](StreamSlot* slot) { return pack(*slot), slot; }) &
            tbb::make_filter<StreamSlot*, StreamSlot*>(
                filter_mode::serial_in_order,
                [this](StreamSlot* slot) { return hash_tar(*slot), slot; }) &
            tbb::make_filter<StreamSlot*, void>(filter_mode::serial_in_order,
                                                [this](StreamSlot* slot) { write_blob(*slot); }));
  });
  return std::move(layers_);
}

}  // namespace

std::vector<WrittenLayer> write_streams(std::span<const TarStream> streams, Compression compression,
                                        unsigned jobs, LayerSink& sink, Progress& progress,
                                        Store* store) {
  if (streams.empty()) return {};
  return StreamPipeline(streams, compression, jobs, sink, progress, store).run();
}

}  // namespace layer
