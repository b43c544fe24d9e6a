// What of a layer need not be made again: asks a store, and tells it what was made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layer/store/store.h"
#include "layer/write/codec.h"
#include "layer/write/frames.h"
#include "layer/write/layer_keys.h"
#include "layer/write/layer_writer.h"

namespace layer {

// A frame that a blob of the store holds compressed.
struct StoredFrame {
  ContentRecord record;
  BlobPointer blob;
};

// A frame as it was written, and the states behind it.
struct WrittenFrame {
  std::optional<Digest> key;  // see LayerKeys
  Digest content;
  uint64_t offset = 0;  // in the blob
  uint64_t tar_size = 0;
  uint64_t packed_size = 0;
  uint32_t crc = 0;
  Sha256State tar;
  Sha256State packed;
};

// A layer's leading frames that need neither be read nor hashed.
struct KnownStart {
  std::vector<WrittenFrame> frames;  // as they will stand in the new blob
  std::vector<StoredFrame> sources;  // of the same frames
};

// A layer that the store has whole.
struct CachedLayer {
  WrittenLayer layer;
  BlobPointer blob;
};

// The layers of these keys, whose names they get; none unless the store has all.
struct NamedKey {
  std::string name;
  Digest key;
};
std::vector<CachedLayer> find_layers(const std::vector<NamedKey>& keys, Compression compression,
                                     Store& store);

// One compression's view of a store.
class Reuse {
 public:
  Reuse(Store& store, Compression compression);

  LayerKeys keys(const LayerPlan& plan, std::span<const Frame> frames) const;

  // For the layer `name`.
  std::optional<CachedLayer> find_layer(const Digest& key, const std::string& name);
  // Never all frames: the last one is left to be written.
  KnownStart find_start(const LayerKeys& keys, std::span<const Frame> frames);

  // By the key of a frame, which has `tar_size` bytes. Any thread.
  std::optional<StoredFrame> find_frame(const Digest& key, uint64_t tar_size);
  // By its bytes. Any thread.
  Digest content_of(std::span<const std::byte> tar) const;
  std::optional<StoredFrame> find_content(const Digest& content, uint64_t tar_size);
  // Its compressed bytes, in `memory` if they fit there. Any thread.
  static std::optional<PackedFrame> read(const StoredFrame& frame, std::span<std::byte> memory);

  // Whether layers are to be made in the store.
  bool takes_layers() const { return store_.is_writable(); }
  OutputFile create_blob() const { return store_.create_blob(); }
  // Takes over a finished layer.
  BlobPointer add_layer(const WrittenLayer& layer, const std::vector<WrittenFrame>& frames,
                        OutputFile file);

 private:
  Store& store_;
  const Compression compression_;
  const std::string recipe_;
  const Sha256 content_hash_;  // of the recipe, padded to whole blocks
};

}  // namespace layer
