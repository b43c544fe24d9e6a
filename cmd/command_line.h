// Runs one command line of veneer and reports what comes of it.
#pragma once

#include <string>
#include <vector>

#include "cmd/options/session.h"
#include "cmd/report/exit_code.h"

namespace cmd {

// `arguments` are those after the program's name. Results go to stdout, messages to stderr; both
// are complete when this returns the exit code. Throws nothing. `session` is the worker's, which
// outlives the call; null: no worker runs this.
int run_command_line(const std::vector<std::string>& arguments, const Session* session = nullptr);

}  // namespace cmd
