// How many files the process may have open at once.
#pragma once

namespace layer {

// From now on, the process may have 65,536 files open, or what the system lets it have at most (the
// hard limit of RLIMIT_NOFILE, getrlimit(2)). The soft limit is often 1024, for programs that use
// select(2), and an index of many images needs more. Not all that the system lets it have, which may
// be a billion: programs that it starts may close every descriptor that there could be. Changes
// nothing if the system refuses.
void raise_open_file_limit();

// Sets the limit that the process was started with, for a command that it is about to start.
void restore_open_file_limit();

}  // namespace layer
