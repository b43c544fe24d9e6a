// An open directory stream, closed when its owner goes.
#pragma once

#include <dirent.h>

#include <memory>

namespace layer {

struct CloseDirectory {
  // Fails with EBADF alone, and the stream is open.
  void operator()(DIR* directory) const { static_cast<void>(closedir(directory)); }
};
using DirectoryHandle = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace layer
