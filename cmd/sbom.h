// The sub-command `sbom`: what software is in an image, as a bill of materials.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_sbom_command(CLI::App& app);

}  // namespace cmd
