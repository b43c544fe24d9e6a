// Runs a command line of veneer, and reports.
#pragma once

#include <string>
#include <vector>

#include "cmd/options/session.h"
#include "cmd/report/exit_code.h"

namespace cmd {

// `arguments` follow the program's name. Results go to stdout and messages to stderr, all of it by the
// time this returns the exit code; nothing is thrown. A session, which outlives the call, is a
// worker's; null: there is none.
int run_command_line(const std::vector<std::string>& arguments, const Session* session = nullptr);

}  // namespace cmd
