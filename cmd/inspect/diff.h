// The sub-command `diff`: what differs between two images.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_diff_command(CLI::App& app);

}  // namespace cmd
