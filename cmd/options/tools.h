// The store and the trace that a run works with, beside its inputs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cmd/options/session.h"
#include "cmd/options/store_options.h"
#include "cmd/options/timings.h"
#include "layer/base/trace.h"
#include "layer/store/store.h"

namespace cmd {

struct ToolOptions {
  StoreOptions store;
  TimingOptions timing;
  const Session* session = nullptr;
};

// Each is null if the run has none.
struct Tools {
  std::unique_ptr<layer::Trace> trace;
  std::unique_ptr<layer::Store> store;
};

void add_tool_options(CLI::App& command, ToolOptions& options);

// Makes the run use the session's store, unless the user named one. `session` may be null, and
// outlives `options`.
void use_session(ToolOptions& options, const Session* session);
// For a sub-command that has no such options: the session's store, or none.
ToolOptions session_tools(const Session* session);

// What outputs may share with the store: its files, or in a session, where outputs are Bazel's,
// only blocks.
layer::Sharing store_sharing(const ToolOptions& options);

// The paths that runs write to beside their results: the store of this run, the user's default
// store, and the trace.
std::vector<std::string> tool_outputs(const ToolOptions& options);

// run_with_store(), which tells the session if its store is full.
void run_with_tools(ToolOptions& options, const std::function<void()>& run);

// Opens what the options ask for. Call before any input is looked at, because a store notes the
// time when it is opened. Throws layer::Error.
Tools open_tools(const ToolOptions& options);

}  // namespace cmd
