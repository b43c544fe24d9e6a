// Reads and rewrites pyvenv.cfg, the settings of a virtual environment.
//
// Each line is "key = value"; keys are not case sensitive (PEP 405; CPython, Modules/getpath.py).
// What a line without '=' says does not count.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// The value of a key, in lower case; empty if there is none.
std::string_view venv_setting(std::string_view config, std::string_view key);

// Where a virtual environment and its interpreter are. Absolute paths.
struct VenvAddress {
  std::string directory;
  std::string interpreter;
};

// The settings for another place: `home` and those that name the interpreter or how the environment
// was made are what they are there, all others keep their bytes.
std::string moved_config(std::string_view config, const VenvAddress& to);

}  // namespace layer
