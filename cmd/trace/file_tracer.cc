// Starts the command below a filter, and answers each stop of its processes: ptrace(2), seccomp(2).
#include "cmd/trace/file_tracer.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "cmd/trace/forwarded_signals.h"
#include "cmd/trace/tracee.h"
#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/process/child_signal.h"
#include "layer/process/open_file_limit.h"

namespace cmd {
namespace {

constexpr int kSignalBase = 128;
// Bit 7 tells a stop at a system call from a SIGTRAP (PTRACE_O_TRACESYSGOOD).
constexpr int kSyscallStop = SIGTRAP | 0x80;

// The processes and threads that are traced. This process may have children besides, of a shell that
// became veneer. The kernel tells that one was born and what it does in either order.
class Tracees {
 public:
  bool is_empty() const { return traced_.empty(); }
  void announce(pid_t born) {
    if (unannounced_.erase(born) == 0) traced_.insert(born);
  }
  void stop(pid_t tracee) {
    if (traced_.insert(tracee).second) unannounced_.insert(tracee);
  }
  void end(pid_t child) {
    if (traced_.erase(child) == 0) unannounced_.insert(child);
  }
  // A thread that executes a program gets the number of its process.
  void rename(pid_t thread, pid_t process) {
    traced_.erase(thread);
    traced_.insert(process);
  }

 private:
  std::set<pid_t> traced_;
  std::set<pid_t> unannounced_;  // that have stopped or ended, and whose birth is still to be told
};

struct Pipe {
  layer::FileHandle end;  // to read from
  layer::FileHandle begin;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw layer::system_error("a pipe", "cannot create", errno);
  }
  return {layer::FileHandle(ends[0]), layer::FileHandle(ends[1])};
}

// Lets the tracer see the calls of file_syscalls(), and all others pass.
std::vector<sock_filter> make_filter() {
  const std::vector<uint32_t> calls = file_syscalls();
  std::vector<sock_filter> filter;
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (size_t i = 0; i < calls.size(); ++i) {
    const auto to_trace = static_cast<uint8_t>(calls.size() - i);
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], to_trace, 0));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  return filter;
}

// What a child that could not become the command says before it ends.
struct StartFault {
  bool is_filter = false;  // else the command cannot be executed
  int number = 0;          // errno
};

// In the child: may only do what a signal handler may. Waits until it is traced.
[[noreturn]] void become(char* const* command, const sock_fprog& filter, const Pipe& go,
                         int fault) {
  ::close(go.begin.get());  // so that the other end sees it if the tracer is gone
  char byte = 0;
  if (::read(go.end.get(), &byte, 1) != 1) ::_exit(EXIT_FAILURE);
  StartFault why;
  layer::restore_child_signal();
  layer::restore_open_file_limit();
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    why = {true, errno};
  } else {
    ::execvp(command[0], command);
    why = {false, errno};
  }
  [[maybe_unused]] const ssize_t ignored = ::write(fault, &why, sizeof why);
  ::_exit(EXIT_FAILURE);
}

class FileTracer {
 public:
  explicit FileTracer(std::vector<std::string> command) : command_(std::move(command)) {}
  ~FileTracer() {
    if (child_ > 0) ::kill(child_, SIGKILL);
  }
  FileTracer(const FileTracer&) = delete;
  FileTracer& operator=(const FileTracer&) = delete;

  TracedRun run() {
    start();
    std::optional<ForwardedSignals> forwarding(child_);
    while (!tracees_.is_empty()) {
      int status = 0;
      const pid_t process = ::waitpid(-1, &status, __WALL);
      if (process < 0 && errno == EINTR) continue;
      if (process < 0) throw layer::system_error(command_.front(), "cannot wait for it", errno);
      if (WIFSTOPPED(status)) {
        tracees_.stop(process);
        answer(process, status);
        continue;
      }
      tracees_.end(process);
      under_way_.erase(process);
      if (process != child_) continue;
      child_ = 0;
      forwarding.reset();
      run_.exit_code = WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
    }
    check_start();
    return std::move(run_);
  }

 private:
  void start() {
    Pipe go = make_pipe();
    Pipe fault = make_pipe();
    std::vector<char*> arguments;
    for (std::string& word : command_) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<sock_filter> filter = make_filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    child_ = ::fork();
    if (child_ < 0) throw layer::system_error(command_.front(), "cannot start a process", errno);
    if (child_ == 0) become(arguments.data(), program, go, fault.begin.get());
    constexpr long kOptions = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
                              PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                              PTRACE_O_EXITKILL;
    if (::ptrace(PTRACE_SEIZE, child_, nullptr, kOptions) != 0) {
      throw layer::system_error(command_.front(), "cannot be traced", errno)
          .with_help(
              "ptrace(2) is needed: kernel.yama.ptrace_scope has to be 0 or 1, a container needs a "
              "seccomp profile that allows it, and emulators of processors lack it");
    }
    tracees_.announce(child_);
    ssize_t put = 0;
    do {
      put = ::write(go.begin.get(), "g", 1);
    } while (put < 0 && errno == EINTR);
    if (put != 1) throw layer::system_error(command_.front(), "cannot start it", errno);
    fault_ = std::move(fault.end);
  }

  // Whether the command became what was asked for. All that could write there have ended.
  void check_start() const {
    StartFault fault;
    if (::read(fault_.get(), &fault, sizeof fault) != sizeof fault) return;
    if (!fault.is_filter) {
      throw layer::system_error(command_.front(), "cannot execute the command", fault.number);
    }
    throw layer::system_error(command_.front(), "cannot be traced", fault.number)
        .with_help("seccomp(2) filters are needed");
  }

  void answer(pid_t process, int status) {
    const int signal = WSTOPSIG(status);
    switch (status >> 16) {
      case 0:
        if (signal == kSyscallStop) return finish_open(process);
        return resume(PTRACE_CONT, process, signal);
      case PTRACE_EVENT_SECCOMP:
        return begin_call(process);
      case PTRACE_EVENT_EXEC:
        finish_execution(process);
        return resume(PTRACE_CONT, process);
      case PTRACE_EVENT_STOP:
        if (signal != SIGTRAP) return resume(PTRACE_LISTEN, process);  // stopped as by SIGSTOP
        return resume(PTRACE_CONT, process);
      default:  // a child, which stops by itself
        announce_child(process);
        return resume(PTRACE_CONT, process);
    }
  }

  // A process that was killed meanwhile needs no answer.
  static void resume(__ptrace_request how, pid_t process, int signal = 0) {
    if (::ptrace(how, process, nullptr, static_cast<long>(signal)) == 0 || errno == ESRCH) return;
    throw layer::system_error("ptrace", "cannot resume a process", errno);
  }

  void announce_child(pid_t parent) {
    unsigned long child = 0;
    if (::ptrace(PTRACE_GETEVENTMSG, parent, nullptr, &child) != 0) return;
    tracees_.announce(static_cast<pid_t>(child));
  }

  void begin_call(pid_t process) {
    std::optional<SyscallStop> stop = read_syscall_stop(process);
    if (!stop) return;
    if (architecture_ == 0) architecture_ = stop->architecture;  // of this program's own execve()
    const bool is_known = stop->architecture == architecture_;
    const bool is_open = is_known && stop->kind == SyscallStop::Kind::kOpen && stop->reads;
    const bool is_execution = is_known && stop->kind == SyscallStop::Kind::kExecute;
    if (is_open || is_execution) under_way_[process] = std::move(stop->path);
    resume(is_open ? PTRACE_SYSCALL : PTRACE_CONT, process);
  }

  void finish_open(pid_t process) {
    const std::optional<SyscallStop> stop = read_syscall_stop(process);
    if (!stop) return;
    if (stop->kind != SyscallStop::Kind::kDone) return resume(PTRACE_SYSCALL, process);
    const std::string file =
        stop->descriptor < 0 ? std::string() : path_of_descriptor(process, stop->descriptor);
    if (!file.empty()) {
      add(under_way_[process]);
      add(file);
    }
    under_way_.erase(process);
    resume(PTRACE_CONT, process);
  }

  void finish_execution(pid_t process) {
    unsigned long message = 0;
    if (::ptrace(PTRACE_GETEVENTMSG, process, nullptr, &message) != 0) return;
    const auto thread = static_cast<pid_t>(message);
    tracees_.rename(thread, process);
    const std::string named = std::exchange(under_way_[thread], {});
    under_way_.erase(thread);
    const std::unique_ptr<char, decltype(&std::free)> file(::realpath(named.c_str(), nullptr),
                                                           std::free);
    if (file != nullptr) {
      add(named);
      add(file.get());
    }
    for (const std::string& mapped : mapped_files(process)) add(mapped);
  }

  void add(const std::string& path) {
    if (!path.starts_with('/') || path.starts_with("/proc/") || path.starts_with("/sys/")) return;
    if (path.find('\n') != std::string::npos) return;  // no line can say it
    if (known_.insert(path).second) run_.paths.push_back(path);
  }

  std::vector<std::string> command_;
  pid_t child_ = 0;  // 0: it has ended
  layer::FileHandle fault_;
  uint32_t architecture_ = 0;
  Tracees tracees_;
  std::map<pid_t, std::string> under_way_;  // what each process is opening or executing
  std::set<std::string> known_;
  TracedRun run_;
};

}  // namespace

TracedRun trace_files(const std::vector<std::string>& command) {
  return FileTracer(command).run();
}

}  // namespace cmd
