// The sub-command `diff`: what differs between two images.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

inline constexpr const char* kDiffCommand = "diff";

void add_diff_command(CLI::App& app);

}  // namespace cmd
