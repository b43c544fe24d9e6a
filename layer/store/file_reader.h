// Reading a regular file, start to end, with every fault named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "layer/file_handle.h"
#include "layer/store/stamp.h"

namespace layer {

// Links are followed. Throws Error with the path.
class FileReader {
 public:
  explicit FileReader(std::string_view path);

  Stamp stamp() const;  // as it is now

  // Fills `buffer` unless the file ends first; the number of bytes read.
  size_t read(std::span<std::byte> buffer);

  int fd() const { return file_.get(); }

 private:
  std::string_view path_;
  FileHandle file_;
};

}  // namespace layer
