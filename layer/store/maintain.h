// Maintains a store: measures it, drops old blobs, verifies every byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layer/base/error.h"
#include "layer/store/store_files.h"

namespace layer {

struct StoreStatistics {
  uint64_t blobs = 0;
  uint64_t blob_bytes = 0;
  uint64_t index_bytes = 0;
  uint64_t layers = 0;  // these four: records of the index
  uint64_t frames = 0;
  uint64_t memos = 0;
  uint64_t files = 0;
  std::vector<Diagnostic> warnings;
};

// Measures a store. No function here creates one: it is an Error if the directory is no store.
StoreStatistics measure_store(const std::string& directory);

struct StoreChange {
  uint64_t kept_blobs = 0;
  uint64_t kept_bytes = 0;
  uint64_t dropped_blobs = 0;
  uint64_t dropped_bytes = 0;
  uint64_t left_over_files = 0;  // left by killed processes, and removed
  uint64_t left_over_bytes = 0;
  uint64_t damaged_blobs = 0;
  std::vector<Diagnostic> warnings;  // what was found wrong
};

// Removes files that killed processes left, and drops the least recently used blobs until the
// limits hold. Also drops what the index has of these blobs, and its records of input files that
// were last recorded before `limits.oldest`. `now` is as for Store.
StoreChange collect_garbage(const std::string& directory, const GcLimits& limits, int64_t now);

// Whether damaged blobs are only reported or also dropped; kReport changes nothing.
enum class Repair : uint8_t { kReport, kDrop };

// Reads every blob and warns of each that is not what its name and the index say. kDrop also drops
// these, removes files that killed processes left, and records the other blobs as verified. Other
// processes may use the store meanwhile.
StoreChange verify_store(const std::string& directory, Repair repair, int64_t now);

}  // namespace layer
