// Owns an open directory stream (DIR*) and closes it; a function to open one.
#pragma once

#include <dirent.h>

#include <memory>
#include <string>

namespace layer {

struct CloseDirectory {
  // closedir fails only with EBADF, and this stream is open.
  void operator()(DIR* directory) const { static_cast<void>(closedir(directory)); }
};
using DirectoryHandle = std::unique_ptr<DIR, CloseDirectory>;

// Opens a directory to read its names. Returns an empty handle on failure, with errno set.
DirectoryHandle try_open_directory(const std::string& path);

}  // namespace layer
