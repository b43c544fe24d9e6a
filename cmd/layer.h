// veneer layer: one layer blob and its descriptor.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_layer_command(CLI::App& app);

}  // namespace cmd
