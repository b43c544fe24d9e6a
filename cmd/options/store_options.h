// Where the store is: the options that every sub-command using one shares.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "layer/store/store.h"

namespace cmd {

inline constexpr uint64_t kDefaultStoreSize = 10'000'000'000;

struct StoreOptions {
  std::string directory;  // the user's choice; empty: `offered`
  std::string offered;    // empty: default_store()
  bool none = false;
  uint64_t max_size = kDefaultStoreSize;  // bytes
};

// For sub-commands that make layers.
void add_store_options(CLI::App& command, StoreOptions& options);

// The time, since the epoch.
int64_t nanoseconds_now();

// $XDG_CACHE_HOME/veneer, or ~/.cache/veneer; empty when neither is known.
std::string default_store();

// Null when the user wants none, or has no home. A store that the user did not name is done without,
// with a warning, when it cannot be had. See layer::Store for the rest.
std::unique_ptr<layer::Store> open_store(const StoreOptions& options,
                                         layer::InputDigests inputs = {},
                                         layer::Sharing sharing = layer::Sharing::kFile);

// Keeps what a run added, and says what was found wrong. Nothing without a store.
void commit_store(layer::Store* store, const StoreOptions& options);

}  // namespace cmd
