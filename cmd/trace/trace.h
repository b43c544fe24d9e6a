// The sub-command `veneer trace`: which files a command and its children use, in order.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_trace_command(CLI::App& app);

}  // namespace cmd
