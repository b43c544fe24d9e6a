// The sub-command `veneer store`: shows what the store holds, drops from it, checks it.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_store_command(CLI::App& app);

}  // namespace cmd
