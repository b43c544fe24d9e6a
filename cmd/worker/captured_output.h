// What a run prints, kept from where the process prints to.
#pragma once

#include <string>

#include "layer/disk/file_handle.h"

namespace cmd {

// While it lives, stdout and stderr of the whole process are a file in memory; then both are what
// stderr was. Throws layer::Error.
class CapturedOutput {
 public:
  CapturedOutput();
  ~CapturedOutput();
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  // All that was printed so far, in order but for what stdout's buffer held back.
  std::string text() const;

 private:
  layer::FileHandle file_;
  layer::FileHandle error_;  // stderr as it was
};

}  // namespace cmd
