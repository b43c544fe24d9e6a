// The signal comes to the thread that wrote, so a variable of the thread tells whether it is awaited.
#include "layer/process/pipe_signal.h"

#include <csignal>

#include "layer/base/error.h"

namespace layer {
namespace {

thread_local volatile std::sig_atomic_t times_held = 0;

void (*otherwise)(int signal) = nullptr;  // set before the handler is

extern "C" void take_pipe_signal(int signal) {
  if (times_held == 0) otherwise(signal);
}

}  // namespace

void handle_pipe_signal(void (*handler)(int signal)) {
  struct sigaction action = {};
  if (::sigaction(SIGPIPE, nullptr, &action) != 0) {
    throw system_error("signals", "cannot query the handler", errno);
  }
  if (action.sa_handler != SIG_DFL) return;
  otherwise = handler;
  action = {};
  action.sa_handler = take_pipe_signal;
  action.sa_flags = SA_RESTART;
  if (::sigaction(SIGPIPE, &action, nullptr) != 0) {
    throw system_error("signals", "cannot handle", errno);
  }
}

PipeSignalHeld::PipeSignalHeld() {
  times_held = times_held + 1;
}

PipeSignalHeld::~PipeSignalHeld() {
  times_held = times_held - 1;
}

}  // namespace layer
