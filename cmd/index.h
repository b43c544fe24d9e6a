// `veneer index`: images for several platforms become one image index.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_index_command(CLI::App& app);

}  // namespace cmd
