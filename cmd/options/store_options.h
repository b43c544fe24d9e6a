// The options for where the store is, for every sub-command that uses one.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "layer/store/store.h"

namespace cmd {

inline constexpr uint64_t kDefaultStoreSize = 10'000'000'000;

struct StoreOptions {
  std::string directory;  // that the user named; empty: `offered`
  std::string offered;    // empty: default_store()
  bool none = false;
  uint64_t max_size = kDefaultStoreSize;  // bytes
};

// For sub-commands that make layers.
void add_store_options(CLI::App& command, StoreOptions& options);

// The time of the system's clock: nanoseconds since the epoch.
int64_t nanoseconds_now();

// $XDG_CACHE_HOME/veneer, or ~/.cache/veneer; empty when neither is known.
std::string default_store();

// Opens the store. Null when the user wants none, or when no place for it is known. A store that
// the user named and that cannot be opened is a layer::Error; one that the user did not name is
// then done without, with a warning.
std::unique_ptr<layer::Store> open_store(const StoreOptions& options,
                                         layer::InputDigests inputs = {},
                                         layer::Sharing sharing = layer::Sharing::kFile);

// Runs a command that opens its store by `options`. If a store that the user did not name has no room
// for what the command adds, says so and runs the command again without one, which it may do as long
// as nothing of its results can be seen. Returns whether that was so.
bool run_with_store(StoreOptions& options, const std::function<void()>& run);

// Keeps in the store what a run added, and prints what was found wrong with it. A store that the user
// did not name and that cannot be written is a warning. Does nothing if `store` is null.
void commit_store(layer::Store* store, const StoreOptions& options);

}  // namespace cmd
