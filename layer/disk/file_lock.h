// Locks files and directories by flock(2). A lock ends with the process that holds it.
#pragma once

#include <string>

#include "layer/disk/file_handle.h"

namespace layer {

// Opens what is at `path` by open(2)'s `flags` and waits until no other process holds its lock.
// What is locked has that name then: if another process has put something else there while this one
// waited, that is waited for, too. Throws Error.
FileHandle open_locked(const std::string& path, int flags);

// Whether `path` leads to the file that is open, and not to another or to none. Throws Error.
bool is_named(int fd, const std::string& path);

// Sets what is called when a lock is waited for longer than five seconds, once for each. To be
// called before there are threads.
void tell_long_waits(void (*tell)(const std::string& path));

}  // namespace layer
