// One layer being written: the steps whose order its bytes depend on.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <optional>
#include <vector>

#include "layer/base/digest.h"
#include "layer/disk/output_file.h"
#include "layer/disk/sync.h"
#include "layer/model/plan.h"
#include "layer/write/blob_stream.h"
#include "layer/write/codec.h"
#include "layer/write/frame_tar.h"
#include "layer/write/layer_work.h"
#include "layer/write/layer_writer.h"
#include "layer/write/reuse.h"
#include "layer/write/slots.h"

namespace layer {

// What all layers of a run have in common.
struct WriteContext {
  Compression compression;
  LayerSink& sink;
  Progress& progress;
  std::optional<Reuse> reuse{};  // with a store
  size_t packed_capacity = 0;    // of a slot's memory for compressed bytes
  // Whether what was read last, or what was read ahead beside it, came from a disk. Files that are in
  // memory are not read ahead: to open each once more would cost a tenth of a fast codec's time.
  std::atomic<bool> reads_disk{false};

  bool keeps_layers() const { return reuse && reuse->takes_layers(); }
  // Whether several layers are written at a time.
  bool has_file_for_each() const { return keeps_layers() || sink.has_file_for_each(); }
};

// Takes one layer's frames through their steps: pack() by any thread; then hash_tar() and
// write_blob() in order, each by one thread at a time, which need not be the same. At last
// deliver(), once, in the order of layers. A step that throws is the layer's last.
class LayerChain {
 public:
  // Cuts the layer and looks it up in the store. The arguments must outlive this object.
  LayerChain(const LayerPlan& plan, WriteContext& context);

  const LayerPlan& plan() const { return plan_; }
  const LayerWork& work() const { return work_; }

  // How many frames nobody has taken yet, and the next of them.
  size_t frames_left() const { return work_.frames.size() - next_frame_; }
  void take(Slot& slot);
  // Of these frames: how many have been taken to be read ahead, and how many have not. The next of
  // these is read ahead when the slot's frame is read.
  size_t frames_ahead() const { return next_ahead() - next_frame_; }
  size_t frames_not_ahead() const { return work_.frames.size() - next_ahead(); }
  void take_ahead(Slot& slot);

  // Reads and compresses. What it throws is kept for hash_tar(), so that of several faults of a
  // layer the first in order is reported.
  void pack(Slot& slot, FrameCompressor& compressor);
  void hash_tar(Slot& slot);
  void write_blob(const Slot& slot);
  // Hands the layer over to the sink. A layer that the store has needs no step before this one.
  WrittenLayer deliver();

  // Frames under way, first those that are yet to be hashed, then those to be written. These and
  // what follows belong to the scheduler, which has a lock.
  std::vector<Slot*> to_hash;
  std::vector<Slot*> to_write;
  bool is_hashing = false;
  bool is_writing = false;
  std::exception_ptr failure{};

  // How many frames are packed and not yet hashed.
  size_t packed() const {
    return static_cast<size_t>(std::count_if(to_hash.begin(), to_hash.end(),
                                             [](const Slot* slot) { return slot->is_packed; }));
  }
  // Whether deliver() is what is left.
  bool is_written() const { return frames_left() == 0 && to_hash.empty() && to_write.empty(); }

 private:
  size_t next_ahead() const { return std::max(ahead_end_, next_frame_); }
  void read(Slot& slot) const;
  void compress(Slot& slot, FrameCompressor& compressor);
  const TarEntry& large_file(const Slot& slot) const;  // that the frame is a piece of
  void begin_blob();
  uint64_t announced_size() const {
    const bool has_toc_in_tar = context_.compression.format == LayerFormat::kEstargz;
    return has_toc_in_tar ? kUnknownSize : work_.tar_size;
  }
  void note_frame(const Slot& slot, uint64_t offset);
  void finish_blob(const Slot& slot);

  const LayerPlan& plan_;
  WriteContext& context_;
  LayerWork work_;
  size_t next_frame_ = 0;
  size_t ahead_end_ = 0;  // the frame after the last that was read ahead

  // What hash_tar() keeps from frame to frame.
  Sha256 tar_hash_;
  std::optional<PieceSource> last_source_;
  WholeFileHash file_hash_;  // with a table of contents

  // What write_blob() keeps from frame to frame.
  std::optional<OutputFile> own_file_;  // with has_file_for_each()
  EarlySync early_sync_;                // of a file that the store keeps
  std::optional<BlobStream> blob_;
  std::vector<WrittenFrame> written_;  // with a store
  WrittenLayer layer_;                 // after the last frame
};

}  // namespace layer
