// Standard input, output and error of the program are files in memory.
#include "layer/disk/child_process.h"

#include <fmt/core.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <span>
#include <system_error>

#include "layer/base/error.h"

namespace layer {
namespace {

FileHandle file_in_memory(const std::string& program) {
  FileHandle file(::memfd_create("veneer", MFD_CLOEXEC));
  if (!file) throw system_error(program, "cannot be run", errno);
  return file;
}

std::string text_of(const FileHandle& file, const std::string& program) {
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw system_error(program, "cannot be run", errno);
  std::string text(static_cast<size_t>(status.st_size), '\0');
  read_fully(file.get(), 0, std::as_writable_bytes(std::span(text)), program);
  return text;
}

// What posix_spawn() makes of the child's standard streams.
class Streams {
 public:
  Streams() {
    if (::posix_spawn_file_actions_init(&actions_) != 0) throw std::bad_alloc();
  }
  ~Streams() { ::posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  void replace(int stream, const FileHandle& by) {
    // The one error there is for a descriptor that is open.
    if (::posix_spawn_file_actions_adddup2(&actions_, by.get(), stream) != 0)
      throw std::bad_alloc();
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

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
  Streams streams;
  streams.replace(STDIN_FILENO, text);
  streams.replace(STDOUT_FILENO, output_);
  streams.replace(STDERR_FILENO, messages_);
  std::vector<std::string> arguments{program_};
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
  std::vector<std::string> environment = call.environment;
  const int fault = ::posix_spawn(&child_, program_.c_str(), streams.get(), nullptr,
                                  pointers(arguments).data(), pointers(environment).data());
  if (fault != 0) throw system_error(program_, "cannot be run", fault);
}

ChildProcess::~ChildProcess() {
  wait();
}

int ChildProcess::wait() {
  int status = 0;
  while (child_ > 0 && ::waitpid(child_, &status, 0) < 0) {
    if (errno == EINTR) continue;
    status = 0;  // whoever started veneer ignores SIGCHLD
    break;
  }
  child_ = -1;
  return status;
}

std::string ChildProcess::finish() {
  const int status = wait();
  if (status == 0) return text_of(output_, program_);
  std::string said = text_of(messages_, program_);
  while (said.ends_with('\n')) said.pop_back();
  const std::string end = WIFSIGNALED(status)
                              ? fmt::format("was ended by signal {}", WTERMSIG(status))
                              : fmt::format("failed with exit code {}", WEXITSTATUS(status));
  throw Error(Position{program_}, said.empty() ? end : fmt::format("{}: {}", end, said));
}

}  // namespace layer
