// Words what CLI11 finds wrong with a command line, and finds the argument that it is about.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cmd/words/argument.h"

namespace cmd {

// Throws a fault anew, as PlacedError at the argument that it is about. What is none, such as a call
// for help, is thrown as it is.
[[noreturn]] void rethrow_at_origin(const CLI::ParseError& error, const CLI::App& app,
                                    const std::vector<Argument>& arguments);

// Where the options of the command that the arguments name are listed: "veneer build --help".
std::string help_command(const CLI::App& app, const std::vector<Argument>& arguments);

}  // namespace cmd
