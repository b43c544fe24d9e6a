// The sub-commands `help` and `version`.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

// Both look at the other commands of `app` when they run.
void add_help_command(CLI::App& app);
void add_version_command(CLI::App& app);

}  // namespace cmd
