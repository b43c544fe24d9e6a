// Runs another program and takes what it prints.
#pragma once

#include <sys/types.h>

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

// A program that reads a text and prints one. Both are in memory, so neither side ever waits for
// the other.
class ChildProcess {
 public:
  // Starts it. Throws Error if it cannot be started.
  ChildProcess(const ProgramCall& call, std::string_view input);
  // Waits for a program that nobody has waited for.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits for its end, and returns what it printed. Throws Error, with what it said on stderr, if
  // its exit code is not 0.
  std::string finish();

 private:
  int wait();  // the status; 0 if it is not known

  std::string program_;
  FileHandle output_;
  FileHandle messages_;
  pid_t child_ = -1;
};

}  // namespace layer
