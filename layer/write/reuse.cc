// Turns keys into records into open blobs, and finished layers into records.
#include "layer/write/reuse.h"

#include <algorithm>
#include <array>
#include <utility>

#include "layer/disk/file_handle.h"
#include "layer/toc/zstd_chunked.h"

namespace layer {
namespace {

constexpr size_t kHashBlock = 64;  // FIPS 180-4, section 1: SHA-256's block, in bytes

// Whole blocks, so that the bytes that follow are hashed from where they lie.
Sha256 begin_content(std::string recipe) {
  recipe.resize((recipe.size() / kHashBlock + 1) * kHashBlock);
  Sha256 hash;
  hash.update(std::as_bytes(std::span(recipe)));
  return hash;
}

// The key of the states behind a frame: of the contents of it and all before.
Digest chain(const Digest& before, const Digest& content) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(before.bytes)));
  hash.update(std::as_bytes(std::span(content.bytes)));
  return hash.finish();
}

// What the end of a blob says. No value if the blob is damaged.
std::optional<ChunkedPlaces> chunked_places_of(const StoredBlob& blob) {
  std::array<std::byte, kChunkedFooterSize> footer{};
  if (blob.size < footer.size()) return std::nullopt;
  const size_t got = read_fully(blob.file.get(), blob.size - footer.size(), footer, "the store");
  return got == footer.size() ? read_chunked_footer(footer) : std::nullopt;
}

}  // namespace

std::vector<CachedLayer> find_layers(const std::vector<NamedKey>& keys, Compression compression,
                                     Store& store) {
  Reuse reuse(store, compression);
  std::vector<CachedLayer> layers;
  for (const auto& [name, key] : keys) {
    std::optional<CachedLayer> layer = reuse.find_layer(key, name);
    if (!layer) return {};
    layers.push_back(std::move(*layer));
  }
  return layers;
}

Reuse::Reuse(Store& store, Compression compression)
    : store_(store),
      compression_(compression),
      recipe_(blob_recipe(compression)),
      content_hash_(begin_content(recipe_)) {}

LayerKeys Reuse::keys(const LayerPlan& plan, std::span<const Frame> frames) const {
  return layer_keys(plan, frames, recipe_, store_);
}

std::optional<CachedLayer> Reuse::find_layer(const Digest& key, const std::string& name) {
  const LayerRecord* record = store_.index().find_layer(key);
  if (record == nullptr) return std::nullopt;
  BlobPointer blob = store_.open_blob(record->blob);
  if (!blob || blob->size != record->size) return std::nullopt;
  CachedLayer cached{{name, compression_, codec_recipe(compression_), DiffId{record->diff_id},
                      record->blob, record->size, record->tar_size},
                     std::move(blob)};
  cached.layer.key = key;
  if (compression_.has_toc()) cached.layer.toc_digest = record->toc;
  if (compression_.format == LayerFormat::kZstdChunked) {
    cached.layer.places = chunked_places_of(*cached.blob);
    if (!cached.layer.places) return std::nullopt;
  }
  return cached;
}

std::optional<StoredFrame> Reuse::find_content(const Digest& content, uint64_t tar_size) {
  const ContentRecord* record = store_.index().find_content(content);
  if (record == nullptr || record->tar_size != tar_size) return std::nullopt;
  BlobPointer blob = store_.open_blob(record->blob);
  if (!blob || record->packed_size > blob->size ||
      record->offset > blob->size - record->packed_size) {
    return std::nullopt;
  }
  return StoredFrame{*record, std::move(blob)};
}

std::optional<StoredFrame> Reuse::find_frame(const Digest& key, uint64_t tar_size) {
  const FrameRecord* record = store_.index().find_frame(key);
  if (record == nullptr) return std::nullopt;
  return find_content(record->content, tar_size);
}

KnownStart Reuse::find_start(const LayerKeys& keys, std::span<const Frame> frames) {
  KnownStart start;
  if (compression_.has_toc()) return start;
  Digest state_key;
  uint64_t offset = compression_.codec == Codec::kGzip ? kGzipHeader.size() : 0;
  for (size_t i = 0; i + 1 < frames.size() && keys.frames[i]; ++i) {
    std::optional<StoredFrame> found = find_frame(*keys.frames[i], frames[i].tar_size);
    if (!found) break;
    state_key = chain(state_key, found->record.key);
    const StateRecord* state = store_.index().find_state(state_key);
    if (state == nullptr) break;
    start.frames.push_back({keys.frames[i], found->record.key, offset, found->record.tar_size,
                            found->record.packed_size, static_cast<uint32_t>(found->record.crc),
                            state->tar, state->packed});
    offset += found->record.packed_size;
    start.sources.push_back(std::move(*found));
  }
  return start;
}

Digest Reuse::content_of(std::span<const std::byte> tar) const {
  Sha256 hash = content_hash_;
  hash.update(tar);
  return hash.finish();
}

std::optional<PackedFrame> Reuse::read(const StoredFrame& frame, std::span<std::byte> memory) {
  const ContentRecord& record = frame.record;
  if (record.packed_size > memory.size()) return std::nullopt;
  const std::span<std::byte> bytes = memory.first(record.packed_size);
  if (read_fully(frame.blob->file.get(), record.offset, bytes, "a blob of the store") !=
      bytes.size()) {
    return std::nullopt;
  }
  return PackedFrame{bytes, static_cast<uint32_t>(record.crc)};
}

BlobPointer Reuse::add_layer(const WrittenLayer& layer, const std::vector<WrittenFrame>& frames,
                             OutputFile file) {
  IndexTables& added = store_.added();
  if (layer.key) {
    added.layers.push_back({*layer.key, layer.diff_id.digest, layer.digest, layer.size,
                            layer.tar_size, layer.toc_digest.value_or(Digest{})});
  }
  Digest state_key;
  for (const WrittenFrame& frame : frames) {
    if (frame.key) added.frames.push_back({*frame.key, frame.content});
    added.frames_by_content.push_back(
        {frame.content, layer.digest, frame.offset, frame.tar_size, frame.packed_size, frame.crc});
    if (layer.compression.has_toc()) continue;
    state_key = chain(state_key, frame.content);
    added.states.push_back({state_key, layer.digest, frame.tar, frame.packed});
  }
  return store_.add_blob(layer.digest, std::move(file));
}

}  // namespace layer
