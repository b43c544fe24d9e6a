// Writes planned layers as compressed blobs, in parallel: tar entries, frames, codec, digests.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layer/base/digest.h"
#include "layer/disk/output_file.h"
#include "layer/model/plan.h"
#include "layer/toc/chunked_places.h"

namespace layer {

class Store;
class Trace;

enum class Codec : uint8_t { kNone, kGzip, kZstd };

// What lies around the frames of a blob.
enum class LayerFormat : uint8_t {
  kTar,      // a compressed tar
  kEstargz,  // the same with a table of contents, for lazy pulling: layer/write/estargz.h; kGzip
  kZstdChunked,  // the same, for pulling files that are new: layer/toc/zstd_chunked.h; kZstd
};

struct Compression {
  Codec codec = Codec::kGzip;
  int level = 6;  // gzip 1..12 (libdeflate), zstd 1..19; ignored for kNone
  LayerFormat format = LayerFormat::kTar;

  bool has_toc() const { return format != LayerFormat::kTar; }
};

// The level used when the user names none: gzip 6, zstd 3.
int default_level(Codec codec);
// "gzip", "zstd", "none".
std::string_view codec_name(Codec codec);
// The word for codec and format: "estargz", "zstd:chunked", or that of the codec.
std::string_view compression_name(Compression compression);

// A finished layer.
struct WrittenLayer {
  std::string name;  // of its LayerPlan
  Compression compression;
  std::string recipe;     // codec, library version, level, frame rule: what the bytes depend on
  DiffId diff_id;         // of the plain tar
  Digest digest;          // of the blob
  uint64_t size = 0;      // bytes of the blob
  uint64_t tar_size = 0;  // bytes of the plain tar
  // Of the table of contents, if Compression::has_toc(): in the tar for eStargz, as it is compressed
  // for zstd:chunked.
  std::optional<Digest> toc_digest{};
  std::optional<ChunkedPlaces> places{};  // zstd:chunked
  // Its key in the store. Absent without a store, or if a file was not as planned.
  std::optional<Digest> key{};
};

// The size of a tar that is known only at its end, as that of a tar with a table of contents in it.
inline constexpr uint64_t kUnknownSize = UINT64_MAX;

// Receives the blobs of layers. Called by one thread at a time, in layer order, but for create().
class LayerSink {
 public:
  virtual ~LayerSink() = default;
  // Returns the file to which the next layer's bytes are appended until end(); its tar will have
  // `tar_size` bytes, or kUnknownSize.
  virtual OutputFile& begin(uint64_t tar_size) = 0;
  virtual void end(const WrittenLayer& layer) = 0;
  // Called instead of begin() and end() for a layer whose blob is the whole of an existing file,
  // which nobody writes to any more. The caller keeps ownership of the file.
  virtual void add(const WrittenLayer& layer, int fd) = 0;

  // Whether each layer can have a file of its own, so that several are written at a time. Then
  // create() and take() are called instead of begin() and end().
  virtual bool has_file_for_each() const { return false; }
  // A new file for a layer; called by any thread.
  virtual OutputFile create();
  virtual void take(const WrittenLayer& layer, OutputFile file);
};

// The progress of writing; may be read from another thread.
struct Progress {
  Trace* trace =
      nullptr;  // where spans of reading, compressing, hashing and writing go, if anywhere
  // Whether the layers are no longer wanted; null: cannot be cancelled. Writing then stops before
  // the next frame, with an Error.
  const std::atomic<bool>* is_cancelled = nullptr;
  std::atomic<uint64_t> tar_bytes_done{0};
  std::atomic<uint64_t> tar_bytes_total{0};
  std::atomic<uint64_t> tar_bytes_read{0};    // those not copied from a store
  std::atomic<uint64_t> tar_bytes_packed{0};  // those compressed
};

// Writes every layer of a plan. The bytes depend only on the plan, the files' content, the
// compression and the codec's version; not on `jobs` (threads, at least 1). Throws Error if a file
// cannot be read, or was replaced or written to since it was planned. Needs memory for two frames a
// job and for what they are compressed to, whatever the input: 4 MiB for gzip, 32 to 64 MiB for
// zstd at level 3.
// With a store, what it has is not made again; new layers are written there and then added to the
// sink. What was learned is in the store after Store::commit().
std::vector<WrittenLayer> write_layers(const std::vector<LayerPlan>& plans, Compression compression,
                                       unsigned jobs, LayerSink& sink, Progress& progress,
                                       Store* store = nullptr);

}  // namespace layer
