// The sub-command `veneer gc`: drops the blobs of a layout to which nothing leads.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_gc_command(CLI::App& app);

}  // namespace cmd
