#include "layer/process/child_signal.h"

#include <cerrno>
#include <csignal>

#include "layer/base/error.h"

namespace layer {
namespace {

bool was_ignored = false;

}  // namespace

void await_children() {
  const auto before = std::signal(SIGCHLD, SIG_DFL);
  if (before == SIG_ERR) throw system_error("signals", "cannot take their default", errno);
  was_ignored = before == SIG_IGN;
}

void restore_child_signal() {
  if (was_ignored) std::signal(SIGCHLD, SIG_IGN);
}

}  // namespace layer
