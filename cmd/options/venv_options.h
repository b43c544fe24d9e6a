// The options for a virtual environment and the sources that go with it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

#include "layer/resolve/inputs.h"

namespace cmd {

// Whether an image gets the variables that people set for a virtual environment.
enum class VenvVariables : uint8_t { kSet, kNone };

// Adds --venv, --app, --python, --pyc and --venv-variables to a sub-command; they are filled in when
// it is parsed.
void add_venv_options(CLI::App& command, layer::InputRequest& inputs, VenvVariables& variables);

// Throws CLI::ParseError for a second --venv, and for an option that is given without it.
void check_venv_options(const CLI::App& command);

}  // namespace cmd
