// Trace first, so that it sees the store being opened.
#include "cmd/tools.h"

namespace cmd {

void add_tool_options(CLI::App& command, ToolOptions& options) {
  add_store_options(command, options.store);
  add_timing_options(command, options.timing);
}

Tools open_tools(const ToolOptions& options) {
  Tools tools;
  tools.trace = make_trace(options.timing);
  const layer::TraceScope step(tools.trace.get(), "open the store");
  tools.store = open_store(options.store);
  return tools;
}

}  // namespace cmd
