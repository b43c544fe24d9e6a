// Reading a regular file, start to end, with every fault named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace layer {

// An open file; closed by the destructor. Links are followed. Throws Error with the path.
class FileReader {
 public:
  explicit FileReader(std::string_view path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  // Fills `buffer` unless the file ends first; the number of bytes read.
  size_t read(std::span<std::byte> buffer);

  int fd() const { return fd_; }

 private:
  std::string_view path_;
  int fd_;
};

}  // namespace layer
