// Paths asked for one after the other, of which neighbours cost one walk to their directory.
#pragma once

#include <string>
#include <string_view>

#include "layer/disk/file_handle.h"

namespace layer {

class PathCursor {
 public:
  // What openat(2) and its kin are told: `name` as seen from the open `directory`, which may be
  // AT_FDCWD.
  struct Place {
    int directory;
    const char* name;
  };

  // Where `path`, which outlives the cursor, is to be looked up; good until the next call. `next` is
  // the path asked for then; empty: none.
  Place find(std::string_view path, std::string_view next);

 private:
  FileHandle directory_;
  std::string_view parent_;  // its path
  std::string name_;         // ends with a zero; its memory is used again
};

}  // namespace layer
