// Opens, duplicates and closes file descriptors.
#include "layer/disk/file_handle.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "layer/base/error.h"

namespace layer {

FileHandle::~FileHandle() {
  if (fd_ >= 0) close(fd_);  // what must be on disk is checked where it is written
}

FileHandle try_open_at(int directory, const char* name, int flags) {
  int fd = -1;
  do {
    fd = openat(directory, name, flags | O_CLOEXEC, 0600);
  } while (fd < 0 && errno == EINTR);
  return FileHandle(fd);
}

FileHandle try_open(const std::string& path, int flags) {
  return try_open_at(AT_FDCWD, path.c_str(), flags);
}

FileHandle open_or_throw(const std::string& path, int flags) {
  FileHandle file = try_open(path, flags);
  if (!file) throw system_error(path, "cannot open", errno);
  return file;
}

FileHandle duplicate(int fd, const std::string& path) {
  FileHandle copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw system_error(path, "cannot reopen", errno);
  return copy;
}

size_t read_next(int fd, std::span<std::byte> out, std::string_view path) {
  ssize_t got = 0;
  do {
    got = read(fd, out.data(), out.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw system_error(path, "cannot read", errno);
  return static_cast<size_t>(got);
}

void write_fully(int fd, std::span<const std::byte> bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw system_error(path, "cannot write", errno);
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
}

size_t read_fully(int fd, uint64_t offset, std::span<std::byte> out, std::string_view path) {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t got =
        pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(path, "cannot read", errno);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

}  // namespace layer
