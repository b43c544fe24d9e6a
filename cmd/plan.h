// The sub-command `veneer plan`: shows what goes where in the image, and why.
#pragma once

#include <CLI/CLI.hpp>

#include "cmd/options/session.h"

namespace cmd {

// `session` may be null, and outlives `app`.
void add_plan_command(CLI::App& app, const Session* session);

}  // namespace cmd
