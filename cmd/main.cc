// The veneer program: one command line, or a worker that runs many.
#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cmd/command_line.h"
#include "cmd/report/messages.h"
#include "cmd/report/signals.h"
#include "cmd/report/standard_streams.h"
#include "cmd/tar/tar.h"
#include "cmd/worker/worker.h"
#include "layer/base/error.h"
#include "layer/disk/file_lock.h"
#include "layer/process/child_signal.h"
#include "layer/process/open_file_limit.h"
#include "layer/process/size_signal.h"

namespace {

// False, with a message, if the system refuses.
bool prepare_process(bool is_worker, int failure) {
  try {
    cmd::occupy_closed_streams();
    cmd::print_despite_signals();
    layer::make_size_limit_an_error();
    layer::await_children();
    layer::raise_open_file_limit();
    layer::tell_long_waits(cmd::print_wait_for_lock);
    cmd::clean_up_on_terminate(failure);
    if (!is_worker) cmd::clean_up_on_signals();  // a worker has a way of its own
    return true;
  } catch (const layer::Error& error) {
    cmd::print_error(error);
  } catch (const std::exception& error) {
    cmd::print_line(
        stderr, fmt::format("veneer: error: cannot make a thread for signals: {}", error.what()));
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (argc > 0 && cmd::is_tar_name(argv[0])) {
    arguments.insert(arguments.begin(), std::string(cmd::kTarCommand));
  }
  const bool is_worker = arguments == std::vector<std::string>{cmd::kWorkerFlag};
  const int failure = cmd::failure_code(arguments);
  if (!prepare_process(is_worker, failure)) return failure;
  if (is_worker) return cmd::run_worker(cmd::run_command_line);
  return cmd::run_command_line(arguments);
}
