// What a file system can hold of a file's owner and time.
#pragma once

#include <cstdint>
#include <limits>

namespace layer {

// POSIX keeps (uid_t)-1: to chown(2) it means no change.
constexpr bool is_valid_owner(int64_t id) {
  return id >= 0 && id < int64_t{0xffffffff};
}

// libarchive takes a time that it cannot hold for the last, or the first, that it can.
constexpr bool is_valid_time(int64_t seconds) {
  return seconds > std::numeric_limits<int64_t>::min() &&
         seconds < std::numeric_limits<int64_t>::max();
}

}  // namespace layer
