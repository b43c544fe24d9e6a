// The sub-command `veneer build`: from runfiles to an image.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_build_command(CLI::App& app);

}  // namespace cmd
