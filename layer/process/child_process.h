// Runs another program and takes what it prints.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/file_handle.h"

namespace layer {

// What to run: the absolute path of a program, its arguments, and the whole of its environment.
struct ProgramCall {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};

// What came of a program: what it printed, and what is wrong with how it ended, with what it said on
// stderr; empty: nothing.
struct ProgramEnd {
  std::string output;
  std::string fault;
};

// A program that reads a text or a stream, and prints a text. What it prints is in memory, and so is a
// text that it reads: of these, neither side ever waits for the other.
class ChildProcess {
 public:
  // Starts it. Throws Error if it cannot be started.
  ChildProcess(const ProgramCall& call, std::string_view input);
  // The same for a program that reads what write() gives it.
  explicit ChildProcess(const ProgramCall& call);
  // Waits for a program that nobody has waited for, and ends it if it goes on without input.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Passes all of it on. Returns false if the program reads no more; end() then says why. Throws
  // Error if it takes nothing for the time of `patience`.
  bool write(std::span<const std::byte> bytes, std::chrono::seconds patience);

  // Waits for its end, and returns what it printed. Throws Error, with what it said on stderr, if
  // its exit code is not 0, or is not known because this process ignores SIGCHLD.
  std::string finish();
  // Waits for its end. After the time of `patience`, or if it prints too much, it is ended, and Error
  // is thrown.
  ProgramEnd end(std::chrono::seconds patience);

 private:
  void start(const ProgramCall& call, const FileHandle& input);
  bool is_running() const;
  // The status. It is not known where SIGCHLD is ignored, or if another part of the process took it.
  std::optional<int> wait();
  [[noreturn]] void give_up(const std::string& reason);
  void check_printed();
  ProgramEnd result(std::optional<int> status) const;

  std::string program_;
  FileHandle input_;  // of a program that reads a stream
  FileHandle output_;
  FileHandle messages_;
  pid_t child_ = -1;
};

}  // namespace layer
