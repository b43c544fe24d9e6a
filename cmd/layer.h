// veneer layer: one layer blob and its descriptor.
#pragma once

#include <CLI/CLI.hpp>

#include "cmd/options/session.h"

namespace cmd {

void add_layer_command(CLI::App& app, const Session* session);

}  // namespace cmd
