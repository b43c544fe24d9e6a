// Standard output and error of the program are files in memory; its standard input is one or a pipe.
#include "layer/process/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include "layer/base/error.h"
#include "layer/process/pipe_signal.h"

namespace layer {
namespace {

// Of what a program prints: docs/limits.md.
constexpr uint64_t kMaxPrinted = uint64_t{64} << 20;
constexpr std::chrono::milliseconds kBetweenLooks(5);
constexpr int kPollMilliseconds = 50;  // what it prints is looked at meanwhile
// For a program to end by itself when its input has ended before it should.
constexpr std::chrono::seconds kGrace(10);

FileHandle file_in_memory(const std::string& program) {
  FileHandle file(::memfd_create("veneer", MFD_CLOEXEC));
  if (!file) throw system_error(program, "cannot be run", errno);
  return file;
}

uint64_t printed_size(const FileHandle& file, const std::string& program) {
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw system_error(program, "cannot be run", errno);
  return static_cast<uint64_t>(status.st_size);
}

std::string text_of(const FileHandle& file, const std::string& program) {
  std::string text(printed_size(file, program), '\0');
  read_fully(file.get(), 0, std::as_writable_bytes(std::span(text)), program);
  return text;
}

// What posix_spawn() makes of the child's standard streams.
class ChildStreams {
 public:
  ChildStreams() {
    // The one error there is.
    if (::posix_spawn_file_actions_init(&actions_) != 0) throw std::bad_alloc();
  }
  ~ChildStreams() { ::posix_spawn_file_actions_destroy(&actions_); }
  ChildStreams(const ChildStreams&) = delete;
  ChildStreams& operator=(const ChildStreams&) = delete;

  void replace(int stream, const FileHandle& by) {
    // The one error there is for a descriptor that is open.
    if (::posix_spawn_file_actions_adddup2(&actions_, by.get(), stream) != 0)
      throw std::bad_alloc();
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_ = {};
};

// As execve(2) takes them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildProcess::ChildProcess(const ProgramCall& call, std::string_view input)
    : program_(call.program),
      output_(file_in_memory(call.program)),
      messages_(file_in_memory(call.program)) {
  const FileHandle text = file_in_memory(program_);
  write_fully(text.get(), std::as_bytes(std::span(input)), program_);
  if (::lseek(text.get(), 0, SEEK_SET) != 0) throw system_error(program_, "cannot be run", errno);
  start(call, text);
}

ChildProcess::ChildProcess(const ProgramCall& call)
    : program_(call.program),
      output_(file_in_memory(call.program)),
      messages_(file_in_memory(call.program)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error(program_, "cannot be run", errno);
  const FileHandle read_end(ends[0]);
  input_ = FileHandle(ends[1]);
  if (::fcntl(input_.get(), F_SETFL, O_NONBLOCK) != 0) {
    throw system_error(program_, "cannot be run", errno);
  }
  start(call, read_end);
}

void ChildProcess::start(const ProgramCall& call, const FileHandle& input) {
  ChildStreams streams;
  streams.replace(STDIN_FILENO, input);
  streams.replace(STDOUT_FILENO, output_);
  streams.replace(STDERR_FILENO, messages_);
  std::vector<std::string> arguments{program_};
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
  std::vector<std::string> environment = call.environment;
  const int fault = ::posix_spawn(&child_, program_.c_str(), streams.actions(), nullptr,
                                  pointers(arguments).data(), pointers(environment).data());
  if (fault != 0) throw system_error(program_, "cannot be run", fault);
}

ChildProcess::~ChildProcess() {
  input_ = FileHandle();
  const auto end = std::chrono::steady_clock::now() + kGrace;
  while (is_running()) {
    if (std::chrono::steady_clock::now() >= end) ::kill(child_, SIGKILL);
    std::this_thread::sleep_for(kBetweenLooks);
  }
  wait();
}

// Nobody else waits for the child, so it is still this one.
void ChildProcess::give_up(const std::string& reason) {
  if (child_ > 0) ::kill(child_, SIGKILL);
  wait();
  throw Error(Position{program_}, reason + " and was ended");
}

void ChildProcess::check_printed() {
  for (const FileHandle* file : {&output_, &messages_}) {
    if (printed_size(*file, program_) <= kMaxPrinted) continue;
    give_up(fmt::format("has printed more than {} MiB", kMaxPrinted >> 20));
  }
}

bool ChildProcess::write(std::span<const std::byte> bytes, std::chrono::seconds patience) {
  const PipeSignalHeld no_signal;
  auto last = std::chrono::steady_clock::now();
  while (!bytes.empty()) {
    check_printed();
    const ssize_t count = ::write(input_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<size_t>(count));
      last = std::chrono::steady_clock::now();
      continue;
    }
    if (errno == EPIPE) return false;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) throw system_error(program_, "cannot pass bytes on", errno);
    if (std::chrono::steady_clock::now() - last >= patience) {
      give_up(fmt::format("has taken nothing for {} s", patience.count()));
    }
    pollfd room{input_.get(), POLLOUT, 0};
    if (::poll(&room, 1, kPollMilliseconds) < 0 && errno != EINTR) {
      throw system_error(program_, "cannot pass bytes on", errno);
    }
  }
  return true;
}

// WNOWAIT: wait() takes the status. An error is told there, too.
bool ChildProcess::is_running() const {
  siginfo_t state{};
  return child_ > 0 &&
         ::waitid(P_PID, static_cast<id_t>(child_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         state.si_pid == 0;
}

std::optional<int> ChildProcess::wait() {
  const pid_t child = std::exchange(child_, -1);
  if (child <= 0) return std::nullopt;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::nullopt;
  }
  return status;
}

std::string ChildProcess::finish() {
  input_ = FileHandle();
  ProgramEnd end = result(wait());
  if (!end.fault.empty()) throw Error(Position{program_}, end.fault);
  return std::move(end.output);
}

ProgramEnd ChildProcess::end(std::chrono::seconds patience) {
  input_ = FileHandle();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (is_running()) {
    check_printed();
    if (std::chrono::steady_clock::now() >= end) {
      give_up(fmt::format("has not ended after {} s", patience.count()));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  const std::optional<int> status = wait();
  check_printed();
  return result(status);
}

ProgramEnd ChildProcess::result(std::optional<int> status) const {
  if (!status) return {{}, "how it ended is not known"};
  if (*status == 0) return {text_of(output_, program_), {}};
  std::string said = text_of(messages_, program_);
  while (said.ends_with('\n')) said.pop_back();
  const std::string end = WIFSIGNALED(*status)
                              ? fmt::format("was ended by signal {}", WTERMSIG(*status))
                              : fmt::format("failed with exit code {}", WEXITSTATUS(*status));
  return {{}, said.empty() ? end : fmt::format("{}: {}", end, said)};
}

}  // namespace layer
