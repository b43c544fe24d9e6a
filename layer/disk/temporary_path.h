// The names of files and directories that veneer makes beside its results and removes again.
#pragma once

#include <string>
#include <string_view>

#include "layer/disk/temporaries.h"

namespace layer {

// What all of them begin with.
inline constexpr std::string_view kTemporaryStart = ".veneer-";

// The path of a file ".veneer-PID-NUMBER" in `directory`. The number tells those of one process
// apart.
std::string temporary_path(const std::string& directory, unsigned number);

// Makes a directory ".veneer-PID-dir-XXXXXX" in `directory`, where XXXXXX is as mkdtemp(3) chooses
// it, with mode 0700 whatever the umask, and holds it (hold_temporary()). Removes stale ones before.
// Throws Error: `what_fails`, at `place`.
TemporaryName make_temporary_directory(const std::string& directory, const std::string& place,
                                       std::string_view what_fails);

// Whether a name has one of these two forms. list_directory() leaves such names out: what has one
// may be removed at any moment, and is not meant to be in anything that veneer makes.
bool is_temporary_name(std::string_view name);

}  // namespace layer
