// `veneer image`: layers that exist + base + config -> image.
#pragma once

#include <CLI/CLI.hpp>

// Adds the sub-command; its work is done in a callback when `app` has parsed the command line.
void add_image_command(CLI::App& app);
