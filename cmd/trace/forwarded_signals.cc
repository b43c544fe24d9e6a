// The handler sends with pidfd_send_signal(2), so that it cannot reach another process.
#include "cmd/trace/forwarded_signals.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "layer/base/error.h"

namespace cmd {
namespace {

constexpr int kForwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

std::atomic<int> receiver{-1};  // the pidfd
static_assert(std::atomic<int>::is_always_lock_free, "a handler reads it");

extern "C" void pass_signal_on(int signal, siginfo_t* info, void* /*context*/) {
  const int before = errno;
  if (info->si_code <= 0) ::syscall(SYS_pidfd_send_signal, receiver.load(), signal, nullptr, 0);
  errno = before;
}

}  // namespace

ForwardedSignals::ForwardedSignals(pid_t child)
    : child_(static_cast<int>(::syscall(SYS_pidfd_open, child, 0))) {
  if (!child_) throw layer::system_error("signals", "cannot be passed on", errno);
  receiver = child_.get();
  struct sigaction action = {};
  action.sa_sigaction = pass_signal_on;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  for (const int signal : kForwarded) {
    struct sigaction old = {};
    if (::sigaction(signal, nullptr, &old) != 0 || old.sa_handler == SIG_IGN) continue;
    if (::sigaction(signal, &action, nullptr) == 0) before_.emplace_back(signal, old);
  }
}

ForwardedSignals::~ForwardedSignals() {
  for (const auto& [signal, action] : before_) ::sigaction(signal, &action, nullptr);
  receiver = -1;
}

}  // namespace cmd
