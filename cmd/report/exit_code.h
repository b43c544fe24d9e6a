// What veneer exits with when it has no code of its own.
#pragma once

namespace cmd {

// The exit code when the input or the system failed.
inline constexpr int kFailed = 1;

}  // namespace cmd
