// The sub-command `veneer schema`: what a project file may say, for editors.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

// `app` has the sub-command `build`, and outlives its callbacks.
void add_schema_command(CLI::App& app);

}  // namespace cmd
