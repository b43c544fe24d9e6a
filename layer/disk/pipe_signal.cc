// Blocks the signal, and takes what has come before it is let through again.
#include "layer/disk/pipe_signal.h"

#include <csignal>
#include <ctime>

#include "layer/base/error.h"

namespace layer {
namespace {

sigset_t pipe_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

PipeSignalHeld::PipeSignalHeld(bool is_needed) {
  if (!is_needed) return;
  const sigset_t set = pipe_signal();
  sigset_t before;
  const int fault = pthread_sigmask(SIG_BLOCK, &set, &before);
  if (fault != 0) throw system_error("signals", "cannot block", fault);
  is_held_ = sigismember(&before, SIGPIPE) == 0;
}

PipeSignalHeld::~PipeSignalHeld() {
  if (!is_held_) return;
  const sigset_t set = pipe_signal();
  constexpr timespec kNoWait{};
  // It is taken, or there is none (EAGAIN).
  while (sigtimedwait(&set, nullptr, &kNoWait) == SIGPIPE) {
  }
  // It fails only for a first argument that there is none of.
  static_cast<void>(pthread_sigmask(SIG_UNBLOCK, &set, nullptr));
}

}  // namespace layer
