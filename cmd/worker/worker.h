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

// Has `run` answer the requests on stdin (work_request.h) on stdout, one after another, until there are no more;
// the exit code. To be called before any thread is made. A malformed request ends it with a message.
int run_worker(RunCommandLine run);

}  // namespace cmd
