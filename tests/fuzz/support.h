// What targets share: files in memory, a folder of their own, and claims about what was read.
#pragma once

#include <string>
#include <string_view>

#include "layer/disk/file_handle.h"

namespace fuzz {

// Bytes as a file that has no name. Its path, for readers that open files themselves, is one of
// /proc and is valid as long as this lives.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes);

  int fd() const { return file_.get(); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd()); }

 private:
  layer::FileHandle file_;
};

// A folder in $TMPDIR for unnamed temporary files, which is removed at the end of the process.
const std::string& scratch();

// Throws std::logic_error, which no target may, unless both texts are the same.
void require_same(std::string_view first, std::string_view second, const char* claim);

}  // namespace fuzz
