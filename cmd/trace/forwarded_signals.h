// Passes signals on to a command that this process waits for.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <utility>
#include <vector>

#include "layer/disk/file_handle.h"

namespace cmd {

// While it lives, signals that other processes send to this one go to a child, and what a terminal
// sends does nothing here, because the child gets it by itself. Signals that are ignored stay so.
// One at a time.
class ForwardedSignals {
 public:
  // Throws layer::Error. The child has not been waited for.
  explicit ForwardedSignals(pid_t child);
  ~ForwardedSignals();
  ForwardedSignals(const ForwardedSignals&) = delete;
  ForwardedSignals& operator=(const ForwardedSignals&) = delete;

 private:
  layer::FileHandle
      child_;  // a pidfd, because the number of a child that has ended may be another's
  std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace cmd
