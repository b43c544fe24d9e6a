// The sub-command `veneer image`: from layers that exist to an image.
#pragma once

#include <CLI/CLI.hpp>

#include "cmd/options/session.h"

namespace cmd {

// `session` may be null, and outlives `app`.
void add_image_command(CLI::App& app, const Session* session);

}  // namespace cmd
