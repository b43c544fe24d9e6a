// Opens /dev/null in the wrong direction, so that its use still fails.
#include "cmd/report/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "layer/base/error.h"

namespace cmd {

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

}  // namespace cmd
