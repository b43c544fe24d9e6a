// The sub-command `veneer layer`: from runfiles or a plan to one layer blob and its descriptor.
#pragma once

#include <CLI/CLI.hpp>

#include "cmd/options/session.h"

namespace cmd {

// `session` may be null, and outlives `app`.
void add_layer_command(CLI::App& app, const Session* session);

}  // namespace cmd
