// open, fstat, read.
#include "layer/store/file_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "layer/error.h"

namespace layer {

FileReader::FileReader(std::string_view path)
    : path_(path), fd_(::open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC)) {
  if (fd_ < 0) throw system_error(path_, "cannot open", errno);
}

FileReader::~FileReader() {
  ::close(fd_);
}

size_t FileReader::read(std::span<std::byte> buffer) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = ::read(fd_, buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(path_, "cannot read", errno);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return filled;
}

}  // namespace layer
