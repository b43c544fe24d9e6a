// The options for compiled Python files.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "layer/resolve/inputs.h"

namespace cmd {

// Adds --pyc, --pyc-python and --pyc-from to a sub-command; they are filled in when it is parsed.
// `python` is empty if it is not given.
void add_pyc_options(CLI::App& command, layer::PycFiles& pyc, std::string& python,
                     std::vector<std::string>& from);

// Throws CLI::RequiresError for options without what they are about.
void check_pyc_options(const layer::InputRequest& inputs, const std::string& python,
                       const std::vector<std::string>& from);

}  // namespace cmd
