// Looks up many paths in turn; paths of one directory share a single walk to it.
#pragma once

#include <string>
#include <string_view>

#include "layer/disk/file_handle.h"

namespace layer {

class PathCursor {
 public:
  // Arguments for openat(2) and the like: `name`, relative to the open `directory`, which may be
  // AT_FDCWD.
  struct Place {
    int directory;
    const char* name;
  };

  // Where to look up `path`. Valid until the next call; `path` must outlive the cursor. `next` is
  // the path of the next call, empty if there is none: a directory is opened only if both are in
  // it.
  Place find(std::string_view path, std::string_view next);

 private:
  FileHandle directory_;
  std::string_view parent_;  // its path
  std::string name_;         // of the last call; its memory is reused
};

}  // namespace layer
