// The sub-command `veneer attach`: puts a file beside an image, where others look for such files.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_attach_command(CLI::App& app);

}  // namespace cmd
