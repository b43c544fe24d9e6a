// The options that say which container engine is meant, and the variables that its own client heeds.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>

#include "oci/load/engine.h"

namespace cmd {

struct EngineOptions {
  std::string engine;       // empty: the first that there is
  uint64_t patience = 600;  // seconds
};

// `options` outlives `command`.
void add_engine_options(CLI::App& command, EngineOptions& options);

// Throws layer::Error if there is no engine, or if it cannot be reached.
std::unique_ptr<oci::Engine> open_engine(const EngineOptions& options);

}  // namespace cmd
