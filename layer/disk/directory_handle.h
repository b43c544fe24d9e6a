// Owns an open directory stream (DIR*) and closes it.
#pragma once

#include <dirent.h>

#include <memory>

namespace layer {

struct CloseDirectory {
  // closedir fails only with EBADF, and this stream is open.
  void operator()(DIR* directory) const { static_cast<void>(closedir(directory)); }
};
using DirectoryHandle = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace layer
