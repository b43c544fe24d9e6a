// veneer plan: what would go where, and why.
#pragma once

#include <CLI/CLI.hpp>

#include "cmd/options/session.h"

namespace cmd {

void add_plan_command(CLI::App& app, const Session* session);

}  // namespace cmd
