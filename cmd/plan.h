// veneer plan: what would go where, and why.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_plan_command(CLI::App& app);

}  // namespace cmd
