// The options that raise the limits of what others made: docs/limits.md.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "layer/base/limits.h"

namespace cmd {

// For every sub-command that reads images. `limits` outlives `command`.
void add_limit_options(CLI::App& command, layer::Limits& limits);

// For a command line of another form: sets the limit from what the user wrote, "4096" or "4GiB".
// Throws layer::Error.
void set_unpack_limit(layer::UnpackLimit& limit, const std::string& size);
void set_max_entries(layer::Limits& limits, const std::string& number);

}  // namespace cmd
