// open, fstat, read.
#include "layer/store/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "layer/error.h"

namespace layer {

FileReader::FileReader(std::string_view path)
    : path_(path), file_(open_or_throw(std::string(path), O_RDONLY)) {}

Stamp FileReader::stamp() const {
  struct stat status = {};
  if (fstat(file_.get(), &status) != 0) throw system_error(path_, "cannot stat", errno);
  return stamp_of(status);
}

size_t FileReader::read(std::span<std::byte> buffer) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = ::read(file_.get(), buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(path_, "cannot read", errno);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return filled;
}

}  // namespace layer
