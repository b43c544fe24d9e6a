// What a run works with beside its inputs: the store, and the trace of where its time goes.
#pragma once

#include <CLI/CLI.hpp>
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

// Each may be absent.
struct Tools {
  std::unique_ptr<layer::Trace> trace;
  std::unique_ptr<layer::Store> store;
};

void add_tool_options(CLI::App& command, ToolOptions& options);

// The session's store, unless the user named one; null: no session.
void use_session(ToolOptions& options, const Session* session);
// Of a sub-command that has no such options: the session's store, or none.
ToolOptions session_tools(const Session* session);

// What outputs may share with the store: in a session they are Bazel's.
layer::Sharing store_sharing(const ToolOptions& options);

// What a run writes to beside its results: stores, its own and the user's default one, and the trace.
std::vector<std::string> tool_outputs(const ToolOptions& options);

// To be called before any input is looked at: a store takes the time here.
Tools open_tools(const ToolOptions& options);

}  // namespace cmd
