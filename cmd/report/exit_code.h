// The exit codes of a run that failed.
#pragma once

#include <exception>

namespace cmd {

// The exit code when the input or the system failed.
inline constexpr int kFailed = 1;

// The same for a sub-command whose exit code 1 says something else (diff(1)). The exception that is
// the reason is nested in it (std::throw_with_nested).
inline constexpr int kTrouble = 2;

class Trouble : public std::exception {
 public:
  const char* what() const noexcept override { return "a run failed"; }
};

}  // namespace cmd
