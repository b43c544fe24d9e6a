// The sub-command `veneer verify`: runs all checks on an image that exists, or on a plan.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_verify_command(CLI::App& app);

}  // namespace cmd
