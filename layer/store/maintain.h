// Looking after a store: what it holds, dropping what is old, checking every byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layer/error.h"
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

// None of these makes a store: a directory that is not there is an Error.
StoreStatistics measure_store(const std::string& directory);

struct StoreChange {
  uint64_t kept_blobs = 0;
  uint64_t kept_bytes = 0;
  uint64_t dropped_blobs = 0;
  uint64_t dropped_bytes = 0;
  std::vector<Diagnostic> warnings;  // what was found wrong
};

// Drops the least recently used blobs until the limits hold, and what the index says of them and of
// files that were last recorded before `limits.oldest`.
StoreChange collect_garbage(const std::string& directory, const GcLimits& limits);

// Reads every blob and drops those that are not what their name and the index say, each with a
// warning. Other processes may use the store meanwhile.
StoreChange verify_store(const std::string& directory);

}  // namespace layer
