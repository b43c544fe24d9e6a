// The veneer program: one command line, or a worker that runs many.
#include <string>
#include <vector>

#include "cmd/command_line.h"
#include "cmd/signals.h"
#include "cmd/tar.h"
#include "cmd/worker.h"

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (argc > 0 && cmd::is_tar_name(argv[0])) {
    arguments.insert(arguments.begin(), "tar");
  } else if (arguments == std::vector<std::string>{cmd::kWorkerFlag}) {
    return cmd::run_worker();
  }
  cmd::clean_up_on_signals();
  return cmd::run_command_line(arguments);
}
