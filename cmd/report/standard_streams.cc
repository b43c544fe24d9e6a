// Opens /dev/null in the wrong direction, so that its use still fails. Streams by fopencookie(3).
#include "cmd/report/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "layer/base/error.h"

namespace cmd {
namespace {

constexpr int kOutput = STDOUT_FILENO;
constexpr int kError = STDERR_FILENO;

// Returns how many bytes were written: fewer than `size` only after a fault, which is in errno.
ssize_t write_despite_signals(void* descriptor, const char* bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t put = write(*static_cast<const int*>(descriptor), bytes + done, size - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) break;
    done += static_cast<size_t>(put);
  }
  return static_cast<ssize_t>(done);
}

std::FILE* open_stream(const int& descriptor, int buffering) {
  // The function above does not write to what it is given.
  void* const cookie = const_cast<int*>(&descriptor);
  cookie_io_functions_t functions{};
  functions.write = write_despite_signals;
  std::FILE* const stream = fopencookie(cookie, "w", functions);
  if (stream == nullptr || std::setvbuf(stream, nullptr, buffering, BUFSIZ) != 0) {
    throw layer::system_error("standard output", "cannot open", errno);
  }
  return stream;
}

}  // namespace

void occupy_closed_streams() {
  constexpr const char* kNothing = "/dev/null";
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest that is free, which is this one.
    if (open(kNothing, descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) {
      throw layer::system_error(kNothing, "cannot open for a closed standard stream", errno);
    }
  }
}

void print_despite_signals() {
  stderr = open_stream(kError, _IONBF);
  stdout = open_stream(kOutput, isatty(kOutput) == 1 ? _IOLBF : _IOFBF);
}

}  // namespace cmd
