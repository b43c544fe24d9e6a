// The sub-command `veneer convert`: an image to another place, with another compression.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_convert_command(CLI::App& app);

}  // namespace cmd
