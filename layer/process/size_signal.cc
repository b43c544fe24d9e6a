#include "layer/process/size_signal.h"

#include <cerrno>
#include <csignal>

#include "layer/base/error.h"

namespace layer {
namespace {

extern "C" void take_size_signal(int /*signal*/) {}

}  // namespace

void make_size_limit_an_error() {
  struct sigaction action = {};
  if (::sigaction(SIGXFSZ, nullptr, &action) != 0) {
    throw system_error("signals", "cannot query the handler", errno);
  }
  if (action.sa_handler != SIG_DFL) return;
  action = {};
  action.sa_handler = take_size_signal;
  action.sa_flags = SA_RESTART;
  if (::sigaction(SIGXFSZ, &action, nullptr) != 0) {
    throw system_error("signals", "cannot handle", errno);
  }
}

}  // namespace layer
