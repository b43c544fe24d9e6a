// Moves scripts that name the interpreter or the place of their virtual environment.
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

// Returns the script run by another interpreter, in the same forms. No value if it is not run by a
// Python that its first lines name by an absolute path.
std::optional<std::string> script_run_by(std::string_view text, std::string_view interpreter);

// Returns a script that activates the environment (bin/activate, activate.csh, activate.fish, ...),
// with its paths moved. The path of the environment is quoted as the new one needs it, whatever the
// old one needed: Python 3.11 and later quote it only if it has a space or the like.
std::string moved_activation(std::string_view text, const MovedPaths& moves);

// Whether a file begins with "#!". Throws Error if it cannot be read.
bool begins_a_script(const std::string& path);

// Whether the file that begins with `text` is run by a Python interpreter: its first lines have one
// of these forms, or go by env(1).
bool is_python_script(std::string_view text);

}  // namespace layer
