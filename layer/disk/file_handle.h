// Owns an open file descriptor and closes it; functions to open, duplicate and read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace layer {

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}  // takes ownership; negative: none
  ~FileHandle();
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }  // no longer owned

 private:
  int fd_ = -1;
};

// openat(2) with O_CLOEXEC. Returns an empty handle on failure, with errno set.
FileHandle try_open_at(int directory, const char* name, int flags);
// The same from the working directory.
FileHandle try_open(const std::string& path, int flags);
// The same; throws Error on failure.
FileHandle open_or_throw(const std::string& path, int flags);
// Another descriptor of the same open file. Throws Error, naming `path`.
FileHandle duplicate(int fd, const std::string& path);

// Reads what comes next, at least one byte, and returns the number of bytes; 0 at the end. Throws
// Error, naming `path`.
size_t read_next(int fd, std::span<std::byte> out, std::string_view path);

// Writes all of it, at the file's position. Throws Error, naming `path`.
void write_fully(int fd, std::span<const std::byte> bytes, std::string_view path);

// Reads from `offset` until `out` is full or the file ends, and returns the number of bytes read.
// Throws Error, naming `path`.
size_t read_fully(int fd, uint64_t offset, std::span<std::byte> out, std::string_view path);

}  // namespace layer
