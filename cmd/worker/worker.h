// `veneer --persistent_worker`: one process that runs many command lines, for Bazel.
#pragma once

#include <string>
#include <vector>

#include "cmd/options/session.h"

namespace cmd {

// The one argument that Bazel starts a worker with.
inline constexpr const char* kWorkerFlag = "--persistent_worker";

// Runs one command line, as run_command_line() does.
using RunCommandLine = int (*)(const std::vector<std::string>& arguments, const Session* session);

// Reads requests (work_request.h) from stdin, one after another, calls `run` for each and writes
// its answer to stdout. Returns the exit code when stdin ends. Call before any thread is made. A
// malformed request ends the worker with a message.
int run_worker(RunCommandLine run);

}  // namespace cmd
