// Looking after a store: what it holds, dropping what is old, checking every byte.
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
  uint64_t layers = 0;  // records of the index
  uint64_t frames = 0;
  uint64_t memos = 0;
  uint64_t files = 0;
  std::vector<Diagnostic> warnings;
};

// None of these makes a store: a directory that is none is an Error.
StoreStatistics measure_store(const std::string& directory);

struct StoreChange {
  uint64_t kept_blobs = 0;
  uint64_t kept_bytes = 0;
  uint64_t dropped_blobs = 0;
  uint64_t dropped_bytes = 0;
  uint64_t left_over_files = 0;  // that killed processes left, removed
  uint64_t left_over_bytes = 0;
  uint64_t damaged_blobs = 0;
  std::vector<Diagnostic> warnings;  // what was found wrong
};

// Removes what killed processes left, drops the least recently used blobs until the limits hold, and
// what the index says of them and of files that were last recorded before `limits.oldest`. `now` as
// for Store.
StoreChange collect_garbage(const std::string& directory, const GcLimits& limits, int64_t now);

// kReport changes nothing.
enum class Repair : uint8_t { kReport, kDrop };

// Reads every blob and finds those that are not what their name and the index say, each a warning;
// kDrop drops them, removes what killed processes left, and notes that the others are proven. Other
// processes may use the store meanwhile.
StoreChange verify_store(const std::string& directory, Repair repair, int64_t now);

}  // namespace layer
