// The `store` sub-command: what is in it, dropping from it, checking it.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_store_command(CLI::App& app);

}  // namespace cmd
