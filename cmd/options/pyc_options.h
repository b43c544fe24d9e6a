// The options for compiled Python files.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "layer/resolve/inputs.h"

namespace cmd {

// Adds --pyc and --pyc-python to a sub-command; they are filled in when it is parsed. `python` is
// empty if it is not given.
void add_pyc_options(CLI::App& command, layer::PycFiles& pyc, std::string& python);

// Throws CLI::RequiresError for options without what they are about.
void check_pyc_options(const layer::InputRequest& inputs, const std::string& python);

}  // namespace cmd
