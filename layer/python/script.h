// Moves scripts whose first lines name the interpreter of their virtual environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "layer/python/moved_paths.h"

namespace layer {

// Installers write one of these beginnings; the second where the path is too long for the kernel,
// or has a space in it:
//
//   #!/venv/bin/python          #!/bin/sh '''exec' "/venv/bin/python" "$0" "$@" ' '''
//
// Returns the script with the path of its interpreter moved, in the form that an installer chooses
// at the new place: it depends on that alone. No value if the script is not run by an interpreter
// in one of the directories.
std::optional<std::string> moved_script(std::string_view text, const MovedPaths& moves);

// Whether a file begins with "#!". Throws Error if it cannot be read.
bool begins_a_script(const std::string& path);

// Whether the file that begins with `text` is run by a Python interpreter: its first lines have one
// of these forms, or go by env(1).
bool is_python_script(std::string_view text);

}  // namespace layer
