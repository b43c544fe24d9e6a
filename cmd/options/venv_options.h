// The options for a virtual environment and the sources that go with it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

#include "layer/resolve/inputs.h"

namespace cmd {

// Whether an image gets the variables that people set for a virtual environment.
enum class VenvVariables : uint8_t { kSet, kNone };

// Whether an image has a link with a fixed name to its virtual environment.
enum class VenvLink : uint8_t {
  kOfVenv,  // to that of --venv, not to one among runfiles
  kOn,
  kOff,
};

// Where the options' values go that are not the inputs'.
struct VenvOptions {
  VenvVariables variables = VenvVariables::kSet;
  VenvLink link = VenvLink::kOfVenv;
};

// Adds --venv, --site-packages, --app, --python, --venv-variables and --venv-link to a sub-command;
// they are filled in when it is parsed.
void add_venv_options(CLI::App& command, layer::InputRequest& inputs, VenvOptions& options);

// Throws CLI::ParseError for a second --venv, and for an option that is given without what it is
// about.
void check_venv_options(const CLI::App& command);

}  // namespace cmd
