// Makes the trace first, so that it covers the opening of the store.
#include "cmd/options/tools.h"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "layer/base/error.h"

namespace cmd {
void add_tool_options(CLI::App& command, ToolOptions& options) {
  add_store_options(command, options.store);
  add_timing_options(command, options.timing);
}

void use_session(ToolOptions& options, const Session* session) {
  options.session = session;
  if (session == nullptr || session->store.empty() || !options.store.directory.empty()) return;
  options.store.offered = session->store;
  options.store.max_size = session->store_size;
}

ToolOptions session_tools(const Session* session) {
  ToolOptions options;
  use_session(options, session);
  options.store.none = options.store.offered.empty();
  return options;
}

layer::Sharing store_sharing(const ToolOptions& options) {
  return options.session == nullptr ? layer::Sharing::kFile : layer::Sharing::kBlocks;
}

std::vector<std::string> tool_outputs(const ToolOptions& options) {
  std::vector<std::string> paths;
  for (const std::string& path : {options.store.directory, options.store.offered, default_store(),
                                  options.timing.trace_file}) {
    if (!path.empty()) paths.push_back(path);
  }
  return paths;
}

void run_with_tools(ToolOptions& options, const std::function<void()>& run) {
  if (!run_with_store(options.store, run)) return;
  if (options.session != nullptr && options.session->has_full_store != nullptr) {
    *options.session->has_full_store = true;
  }
}

Tools open_tools(const ToolOptions& options) {
  Tools tools;
  tools.trace = make_trace(options.timing);
  const layer::TraceScope step(tools.trace.get(), "open the store");
  layer::InputDigests inputs;
  if (options.session != nullptr) inputs = layer::InputDigests(options.session->inputs);
  tools.store = open_store(options.store, std::move(inputs), store_sharing(options));
  return tools;
}

}  // namespace cmd
