// From planned layers to compressed blobs: tar entries, frames, codec, digests, in parallel.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layer/base/digest.h"
#include "layer/disk/output_file.h"
#include "layer/model/plan.h"

namespace layer {

class Store;
class Trace;

enum class Codec : uint8_t { kNone, kGzip, kZstd };

struct Compression {
  Codec codec = Codec::kGzip;
  int level = 6;  // gzip 1..12 (libdeflate), zstd 1..19; ignored for kNone
};

// The level used when the user names none: gzip 6, zstd 3.
int default_level(Codec codec);
// "gzip", "zstd", "none".
std::string_view codec_name(Codec codec);

// A finished layer.
struct WrittenLayer {
  std::string name;  // of its LayerPlan
  Compression compression;
  std::string recipe;     // codec, library version, level, frame rule: what the bytes depend on
  DiffId diff_id;         // of the plain tar
  Digest digest;          // of the blob
  uint64_t size = 0;      // bytes of the blob
  uint64_t tar_size = 0;  // bytes of the plain tar
  // What a store finds it by. None without a store, or if a file was not as it was planned.
  std::optional<Digest> key{};
};

// Where the blobs of layers go. Called from one thread at a time, in layer order.
class LayerSink {
 public:
  virtual ~LayerSink() = default;
  // The file that the next layer's bytes are appended to until end(); its tar will have `tar_size`
  // bytes.
  virtual OutputFile& begin(uint64_t tar_size) = 0;
  virtual void end(const WrittenLayer& layer) = 0;
  // Instead of both, for a layer whose blob is the whole of a file that nobody writes to any more.
  // The file stays the caller's.
  virtual void add(const WrittenLayer& layer, int fd) = 0;
};

// How far the writing is; may be read from another thread.
struct Progress {
  Trace* trace =
      nullptr;  // where spans of reading, compressing, hashing and writing go, if anywhere
  // Whether nobody waits for the layers any more; null: it cannot be asked. Then the writing ends
  // before the next frame, with an Error.
  const std::atomic<bool>* is_cancelled = nullptr;
  std::atomic<uint64_t> tar_bytes_done{0};
  std::atomic<uint64_t> tar_bytes_total{0};
  std::atomic<uint64_t> tar_bytes_read{0};    // that were not taken over from a store
  std::atomic<uint64_t> tar_bytes_packed{0};  // that were compressed
};

// Writes every layer of a plan. The bytes depend on the plan, the files' content, the compression
// and the codec's version, on nothing else: not on `jobs` (threads, at least 1).
// Throws Error when a file cannot be read or changed size since it was planned.
// Memory: about 16 MiB a job, whatever the input.
// With a store, what it has is not made again; layers are written there and then added to the sink.
// What was learned is in the store once it is committed.
std::vector<WrittenLayer> write_layers(const std::vector<LayerPlan>& plans, Compression compression,
                                       unsigned jobs, LayerSink& sink, Progress& progress,
                                       Store* store = nullptr);

}  // namespace layer
