// Finds out which files a command uses, by ptrace(2). A filter of seccomp(2) stops its processes only
// where they open or execute a file, so that all else runs at full speed.
#pragma once

#include <string>
#include <vector>

namespace cmd {

struct TracedRun {
  // Of regular files that were opened for reading, executed, or mapped by an execution. Absolute, in
  // the order of their first use, each once. If a link was followed, the path that was used comes
  // before the file's own. Nothing of /proc and /sys, and nothing whose name is gone.
  std::vector<std::string> paths;
  int exit_code = 0;  // 128 + N if signal N ended the command, as a shell says it
};

// Returns when the command and all processes that it started have ended. Signals that others send to
// this process go to the command until that has ended. Then they are this process's own again, and
// if one ends it, the kernel ends what is left of the command's processes. Programs that would get
// rights by being executed (setuid) do not get them. Call it on one thread only. Throws layer::Error
// if the command cannot be run or cannot be traced.
TracedRun trace_files(const std::vector<std::string>& command);

}  // namespace cmd
