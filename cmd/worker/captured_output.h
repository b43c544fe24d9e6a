// Captures what a run prints to stdout and stderr.
#pragma once

#include <string>

#include "layer/disk/file_handle.h"

namespace cmd {

// While it lives, stdout and stderr of the whole process go to a file in memory. Afterwards both go
// to where stderr went before. The constructor throws layer::Error.
class CapturedOutput {
 public:
  CapturedOutput();
  ~CapturedOutput();
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  // All that was printed so far, in order except for what stdout's buffer held back. Throws
  // layer::Error.
  std::string text() const;

 private:
  layer::FileHandle file_;
  layer::FileHandle error_;  // stderr as it was
};

}  // namespace cmd
