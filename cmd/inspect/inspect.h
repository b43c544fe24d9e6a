// The sub-command `inspect`: what is in an image, and why it is large.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_inspect_command(CLI::App& app);

}  // namespace cmd
