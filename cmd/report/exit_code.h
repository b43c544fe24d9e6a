// The exit code of a run that failed.
#pragma once

namespace cmd {

// The exit code when the input or the system failed.
inline constexpr int kFailed = 1;

}  // namespace cmd
