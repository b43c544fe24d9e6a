// veneer image: from layers that exist to an image.
#pragma once

#include <CLI/CLI.hpp>

namespace cmd {

void add_image_command(CLI::App& app);

}  // namespace cmd
