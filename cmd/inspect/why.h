// The sub-command `why`: what is at a path of an image, and why.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_why_command(CLI::App& app);

}  // namespace cmd
