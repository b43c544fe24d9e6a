// The sub-command `veneer rebase`: an image's own layers on another base.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_rebase_command(CLI::App& app);

}  // namespace cmd
