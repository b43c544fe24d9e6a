// Finds layers and frames that a store already has, and records new ones in it.
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

// A frame that a blob of the store has in compressed form.
struct StoredFrame {
  ContentRecord record;
  BlobPointer blob;
};

// A frame as it was written, and the states of both hashes after it.
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

// A layer's leading frames, which need not be read or hashed.
struct KnownStart {
  std::vector<WrittenFrame> frames;  // as they will be in the new blob
  std::vector<StoredFrame> sources;  // where the same frames are now
};

// A layer that the store has as a whole.
struct CachedLayer {
  WrittenLayer layer;
  BlobPointer blob;
};

// Finds the layers with these keys, and gives them these names. Empty unless the store has all of
// them.
struct NamedKey {
  std::string name;
  Digest key;
};
std::vector<CachedLayer> find_layers(const std::vector<NamedKey>& keys, Compression compression,
                                     Store& store);

// The layers and frames of one compression in a store.
class Reuse {
 public:
  Reuse(Store& store, Compression compression);

  LayerKeys keys(const LayerPlan& plan, std::span<const Frame> frames) const;

  // Finds a whole layer; it gets this name.
  std::optional<CachedLayer> find_layer(const Digest& key, const std::string& name);
  // Finds the leading frames. Never finds all frames: the last one is always written. Of a layer
  // with a table of contents it finds none, because the table needs the digests of all files.
  KnownStart find_start(const LayerKeys& keys, std::span<const Frame> frames);

  // Finds a frame, which has `tar_size` bytes, by its key. Safe to call from any thread.
  std::optional<StoredFrame> find_frame(const Digest& key, uint64_t tar_size);
  // Finds a frame by its tar bytes: content_of() is the hash of these and the recipe. Safe to call
  // from any thread.
  Digest content_of(std::span<const std::byte> tar) const;
  std::optional<StoredFrame> find_content(const Digest& content, uint64_t tar_size);
  // Reads the frame's compressed bytes into `memory`; no value if they do not fit. Safe to call
  // from any thread.
  static std::optional<PackedFrame> read(const StoredFrame& frame, std::span<std::byte> memory);

  // Whether new layers are written to the store.
  bool takes_layers() const { return store_.is_writable(); }
  OutputFile create_blob() const { return store_.create_blob(); }
  // Adds a finished layer to the store, which takes over its file.
  BlobPointer add_layer(const WrittenLayer& layer, const std::vector<WrittenFrame>& frames,
                        OutputFile file);

 private:
  Store& store_;
  const Compression compression_;
  const std::string recipe_;
  const Sha256 content_hash_;  // of the recipe, padded to whole blocks
};

}  // namespace layer
