// Turns a value of a project file into the texts that the command line would have.
#pragma once

#include <optional>
#include <string>

#include "cmd/project/project_file.h"
#include "cmd/project/toml.h"
#include "layer/base/error.h"

namespace cmd {

layer::Position position_of(const std::string& file, const toml::source_region& place);

// "a string", "an array".
std::string name_of_type(const toml::node& node);

// Fills in the option's values from the value of its key. Returns what is wrong, if something is.
std::optional<layer::Diagnostic> read_value(const toml::node& value, const std::string& file,
                                            ProjectOption& option);

}  // namespace cmd
