// Names all that a run writes to, so that it does not pack it.
#pragma once

#include <string>
#include <vector>

#include "cmd/options/tools.h"
#include "cmd/report/results.h"

namespace cmd {

// The paths of the outputs, of the files that standard output and error are redirected to, and of
// tool_outputs(). Any of them may be absent.
std::vector<std::string> written_paths(const std::vector<NamedOutput>& outputs,
                                       const ToolOptions& tools);

}  // namespace cmd
