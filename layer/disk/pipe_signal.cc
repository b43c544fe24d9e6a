// Blocks the signal, and takes what has come before it is let through again.
#include "layer/disk/pipe_signal.h"

#include <csignal>
#include <ctime>

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
  is_held_ = pthread_sigmask(SIG_BLOCK, &set, &before) == 0 && sigismember(&before, SIGPIPE) == 0;
}

PipeSignalHeld::~PipeSignalHeld() {
  if (!is_held_) return;
  const sigset_t set = pipe_signal();
  constexpr timespec kNoWait{};
  while (sigtimedwait(&set, nullptr, &kNoWait) == SIGPIPE) {
  }
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace layer
