// Hashes a layer's tar, writes its blob, and hands it over.
#include "layer/write/layer_chain.h"

#include <algorithm>
#include <span>
#include <utility>

#include "layer/base/trace.h"
#include "layer/disk/file_reader.h"
#include "layer/disk/read_ahead.h"
#include "layer/write/frame_parts.h"

namespace layer {

LayerChain::LayerChain(const LayerPlan& plan, WriteContext& context)
    : plan_(plan),
      context_(context),
      work_(prepare_layer(plan, context.compression, context.reuse ? &*context.reuse : nullptr)),
      next_frame_(work_.start.frames.size()) {}

void LayerChain::take(Slot& slot) {
  slot.frame = &work_.frames[next_frame_];
  slot.key = work_.keys.frames[next_frame_];
  slot.begins_layer = next_frame_ == work_.start.frames.size();
  ++next_frame_;
}

void LayerChain::take_ahead(Slot& slot) {
  slot.ahead_plan = &plan_;
  slot.ahead = &work_.frames[next_ahead()];
  ahead_end_ = next_ahead() + 1;
}

void LayerChain::read(Slot& slot) const {
  const TraceScope scope(context_.progress.trace, "read", plan_.name);
  const std::span<std::byte> tar(slot.tar_memory.get(), slot.frame->tar_size);
  const DiskReads disk_reads;
  if (slot.ahead != nullptr) read_frame_ahead(*slot.ahead_plan, *slot.ahead);
  const FrameUse use = context_.reuse ? FrameUse::kAgain : FrameUse::kOnce;
  const FrameSources sources = build_frame_tar(plan_, *slot.frame, use, tar);
  context_.reads_disk = disk_reads.any();
  if (!sources.as_planned || sources.may_be_written) slot.key.reset();
  slot.source = sources.large;
  slot.tar = tar;
  context_.progress.tar_bytes_read += tar.size();
}

// Takes the compressed bytes from the store, if it has them.
void LayerChain::compress(Slot& slot, FrameCompressor& compressor) {
  const TraceScope scope(context_.progress.trace, "compress", plan_.name);
  const std::span<std::byte> memory(slot.packed_memory.get(), context_.packed_capacity);
  if (std::optional<Reuse>& reuse = context_.reuse) {
    std::optional<StoredFrame> known;
    if (slot.key) known = reuse->find_frame(*slot.key, slot.tar.size());
    slot.content = known ? known->record.key : reuse->content_of(slot.tar);
    if (!known) known = reuse->find_content(slot.content, slot.tar.size());
    if (const auto packed = known ? Reuse::read(*known, memory) : std::nullopt) {
      const bool has_parts = context_.compression.has_toc();
      slot.packed = *packed;
      if (!has_parts || compressor.locate(slot.tar, packed->bytes, slot.parts)) return;
    }
  }
  slot.packed = context_.compression.has_toc() ? compressor.pack_apart(slot.tar, slot.parts, memory)
                                               : compressor.pack(slot.tar, memory);
  context_.progress.tar_bytes_packed += slot.tar.size();
}

void LayerChain::pack(Slot& slot, FrameCompressor& compressor) {
  try {
    read(slot);
    if (context_.compression.has_toc()) {
      const TraceScope scope(context_.progress.trace, "hash", plan_.name);
      slot.parts = frame_parts(plan_, *slot.frame, slot.tar);
    }
    compress(slot, compressor);
  } catch (...) {
    slot.failure = std::current_exception();
  }
}

const TarEntry& LayerChain::large_file(const Slot& slot) const {
  return plan_.entries[slot.frame->first];
}

void LayerChain::hash_tar(Slot& slot) {
  if (slot.failure) std::rethrow_exception(slot.failure);
  const TraceScope scope(context_.progress.trace, "hash", plan_.name);
  if (slot.begins_layer && !work_.start.frames.empty()) {
    tar_hash_ = Sha256(work_.start.frames.back().tar);
    // Pieces that were taken over are as the file was when it was planned.
    if (slot.frame->piece_offset > 0) last_source_ = {*large_file(slot).stamp, 0};
  }
  if (slot.frame->piece_offset > 0 && !is_same_source(*slot.source, *last_source_)) {
    throw_changed(large_file(slot).source());
  }
  last_source_ = slot.source;
  tar_hash_.update(slot.tar);
  slot.tar_state = tar_hash_.state();
  slot.whole_file = file_hash_.update(slot.tar, slot.parts);
  if (slot.frame->ends_tar) slot.diff_id = DiffId{tar_hash_.finish()};
}

// Takes over the frames that are known, as few copies as their places allow.
void LayerChain::begin_blob() {
  if (context_.has_file_for_each()) {
    own_file_.emplace(context_.keeps_layers() ? context_.reuse->create_blob()
                                              : context_.sink.create());
  }
  blob_.emplace(context_.compression,
                own_file_ ? *own_file_ : context_.sink.begin(announced_size()));
  const KnownStart& start = work_.start;
  written_ = start.frames;
  for (size_t i = 0; i < start.sources.size();) {
    const StoredFrame& first = start.sources[i];
    uint64_t size = 0;
    for (; i < start.sources.size() && start.sources[i].blob == first.blob &&
           start.sources[i].record.offset == first.record.offset + size;
         ++i) {
      size += start.sources[i].record.packed_size;
      blob_->skip_frame(written_[i].crc, written_[i].tar_size);
      context_.progress.tar_bytes_done += written_[i].tar_size;
    }
    blob_->copy_frames(first.blob->file.get(), first.record.offset, size);
  }
  if (!written_.empty()) blob_->resume(written_.back().packed);
}

void LayerChain::note_frame(const Slot& slot, uint64_t offset) {
  if (!context_.keeps_layers()) return;
  early_sync_.grown_to(own_file_->fd(), blob_->size());
  written_.push_back({slot.key, slot.content, offset, slot.tar.size(), slot.packed.bytes.size(),
                      slot.packed.crc, slot.tar_state, blob_->state()});
}

void LayerChain::write_blob(const Slot& slot) {
  const TraceScope scope(context_.progress.trace, "write", plan_.name);
  if (slot.begins_layer) begin_blob();
  const uint64_t offset = blob_->append(slot.packed, slot.tar.size());
  blob_->note_contents(slot.tar, slot.parts, offset, slot.whole_file);
  note_frame(slot, offset);
  context_.progress.tar_bytes_done += slot.tar.size();
  if (slot.frame->ends_layer) finish_blob(slot);
}

void LayerChain::finish_blob(const Slot& slot) {
  layer_.name = plan_.name;
  layer_.compression = context_.compression;
  layer_.recipe = codec_recipe(context_.compression);
  layer_.diff_id = slot.diff_id;
  const uint64_t before = blob_->tar_size();
  blob_->end_toc(slot.tar_state, layer_);
  context_.progress.tar_bytes_total += blob_->tar_size() - before;
  context_.progress.tar_bytes_done += blob_->tar_size() - before;
  layer_.digest = blob_->finish(layer_.diff_id);
  layer_.size = blob_->size();
  layer_.tar_size = blob_->tar_size();
  blob_.reset();
  const bool is_as_planned = std::all_of(written_.begin(), written_.end(),
                                         [](const WrittenFrame& frame) { return frame.key; });
  if (context_.keeps_layers() && is_as_planned) layer_.key = work_.keys.layer;
}

WrittenLayer LayerChain::deliver() {
  const TraceScope scope(context_.progress.trace, "write", plan_.name);
  if (work_.stored) {
    const WrittenLayer& stored = work_.stored->layer;
    context_.sink.add(stored, work_.stored->blob->file.get());
    context_.progress.tar_bytes_total += stored.tar_size - work_.tar_size;  // its table of contents
    context_.progress.tar_bytes_done += stored.tar_size;
    return stored;
  }
  if (context_.keeps_layers()) {
    const BlobPointer blob = context_.reuse->add_layer(layer_, written_, std::move(*own_file_));
    context_.sink.add(layer_, blob->file.get());
  } else if (own_file_) {
    context_.sink.take(layer_, std::move(*own_file_));
  } else {
    context_.sink.end(layer_);
  }
  own_file_.reset();
  return layer_;
}

}  // namespace layer
