// Cleans up in a thread that the handler wakes, because a handler may do almost nothing.
#include "cmd/report/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <thread>
#include <vector>

#include "cmd/report/exit_code.h"
#include "cmd/report/messages.h"
#include "layer/base/error.h"
#include "layer/disk/temporaries.h"
#include "layer/process/pipe_signal.h"

namespace cmd {
namespace {

constexpr int kShellSignalBase = 128;

int wake_fd = -1;  // set once, before the handlers are
std::atomic<bool> is_ending{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a handler sets it");

extern "C" void wake_on_signal(int signal) {
  const int before = errno;
  const auto number = static_cast<unsigned char>(signal);
  is_ending = true;
  // A full pipe has woken the thread already.
  [[maybe_unused]] const ssize_t ignored = write(wake_fd, &number, 1);
  errno = before;
}

[[noreturn]] void die_by(int signal) {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigset_t set = {};
  if (sigaction(signal, &action, nullptr) == 0 && sigemptyset(&set) == 0 &&
      sigaddset(&set, signal) == 0 && pthread_sigmask(SIG_UNBLOCK, &set, nullptr) == 0) {
    std::raise(signal);
  }
  std::_Exit(kShellSignalBase + signal);
}

void wait_for_signal(int fd) {
  unsigned char number = 0;
  ssize_t got = 0;
  while ((got = read(fd, &number, 1)) < 0 && errno == EINTR) continue;
  if (got != 1) return;
  layer::remove_temporaries();
  die_by(number);
}

// Not if it is ignored (nohup), if a library that watches the process handles it (a profiler), or if
// an emulator keeps it for itself.
bool is_default(int signal) {
  struct sigaction action = {};
  if (sigaction(signal, nullptr, &action) != 0) {
    if (errno == EINVAL) return false;
    throw layer::system_error("signals", "cannot query the handler", errno);
  }
  return action.sa_handler == SIG_DFL;
}

void handle(int signal) {
  struct sigaction action = {};
  action.sa_handler = wake_on_signal;
  action.sa_flags = SA_RESTART;
  if (sigaction(signal, &action, nullptr) != 0) {
    throw layer::system_error("signals", "cannot handle", errno);
  }
}

// Set once.
std::terminate_handler abort_process = nullptr;
int failure_of_process = kFailed;

[[noreturn]] void end_process() {
  try {
    if (const std::exception_ptr fault = std::current_exception()) std::rethrow_exception(fault);
  } catch (const std::logic_error&) {
    // A fault of ours.
  } catch (const std::exception& error) {
    print_error(error);
    layer::remove_temporaries();
    std::_Exit(failure_of_process);
  }
  abort_process();
  std::abort();  // it does not return
}

}  // namespace

std::vector<int> signals_to_end_by() {
  std::vector<int> signals{SIGHUP,    SIGINT,  SIGQUIT, SIGTERM, SIGUSR1,   SIGUSR2, SIGALRM,
                           SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,  SIGSTKFLT, SIGXCPU};
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) signals.push_back(signal);
  std::erase_if(signals, [](int signal) { return !is_default(signal); });
  return signals;
}

void clean_up_on_signals() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) {
    throw layer::system_error("a pipe", "cannot create", errno);
  }
  wake_fd = ends[1];
  // Both ends are open, and the thread waits, for as long as there is a process.
  std::thread(wait_for_signal, ends[0]).detach();
  for (const int signal : signals_to_end_by()) handle(signal);
  layer::handle_pipe_signal(wake_on_signal);
}

void clean_up_on_terminate(int failure) {
  failure_of_process = failure;
  abort_process = std::set_terminate(end_process);
}

void wait_if_ending() {
  while (is_ending) pause();
}

}  // namespace cmd
