// The sub-command `veneer index`: from images for several platforms to one image index.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_index_command(CLI::App& app);

}  // namespace cmd
