// Runs one command line of veneer and reports what comes of it.
#pragma once

#include <string>
#include <vector>

#include "cmd/options/session.h"
#include "cmd/report/exit_code.h"

namespace CLI {
class App;
}  // namespace CLI

namespace cmd {

// Adds the sub-commands to an empty `app`; parsing then runs the one that is named. `session` is as
// for run_command_line() and outlives the app.
void add_commands(CLI::App& app, const Session* session);

// Replaces flag files by their lines, checks all arguments, and parses them, which runs what they
// say. Throws layer::Error, a CLI::ParseError for wrong usage, and what a sub-command throws.
void parse_arguments(CLI::App& app, const std::vector<std::string>& arguments);

// The exit code of a run that fails outside of run_command_line(), as far as `arguments` tell without
// their flag files.
int failure_code(const std::vector<std::string>& arguments);

// `arguments` are those after the program's name. Results go to stdout, messages to stderr; both
// are complete when this returns the exit code. Throws nothing. `session` is the worker's, which
// outlives the call; null: no worker runs this.
int run_command_line(const std::vector<std::string>& arguments, const Session* session = nullptr);

}  // namespace cmd
