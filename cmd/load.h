// The sub-command `load`: brings images into a container engine.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_load_command(CLI::App& app);

}  // namespace cmd
