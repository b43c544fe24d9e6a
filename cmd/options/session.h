// What the persistent worker tells a run, beside its command line.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "layer/store/input_digests.h"

namespace cmd {

struct Session {
  std::string store;        // directory for what runs keep for each other; empty: there is none
  uint64_t store_size = 0;  // bytes it may keep
  std::vector<layer::InputDigest> inputs;           // that Bazel sent for this run
  const std::atomic<bool>* is_cancelled = nullptr;  // true: nobody waits for its result any more
  bool* has_full_store = nullptr;  // a run sets it that had to do without the store
};

}  // namespace cmd
