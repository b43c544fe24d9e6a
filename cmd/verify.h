// `veneer verify`: proves that an image holds together.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_verify_command(CLI::App& app);

}  // namespace cmd
