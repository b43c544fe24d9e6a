// Removes what killed processes have left beside results.
#pragma once

#include <cstdint>
#include <string>

#include "layer/disk/stamp.h"

namespace layer {

// Says that the file or directory under a temporary name is in use, for as long as its descriptor is
// open, by a lock of flock(2). Not where a lock says nothing of other machines: nothing is removed
// there. kAlone keeps other writers away as well, from a directory that becomes a result. Returns
// whether it is held.
enum class Holding : uint8_t { kShared, kAlone };
bool hold_temporary(int fd, Holding holding = Holding::kShared);
// It has a name of its own from now on.
void release_temporary(int fd);

// Removes files and directories in `directory` that have a temporary name (is_temporary_name()) and
// are left: they are this user's, nothing has changed in them for ten minutes, and nobody holds them.
// The age is for what is not held yet, or by the lock of another file. A process's id tells nothing:
// other containers have the same. What cannot be removed stays. `now` is in nanoseconds since the epoch.
void remove_stale_temporaries(const std::string& directory, int64_t now = file_clock());

}  // namespace layer
