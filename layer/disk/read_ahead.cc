// By posix_fadvise(2), and getrusage(2) of the thread.
#include "layer/disk/read_ahead.h"

#include <fcntl.h>
#include <sys/resource.h>

namespace layer {

long DiskReads::blocks() {
  struct rusage usage = {};
  return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_inblock : 0;
}

void read_ahead(int fd, uint64_t offset, uint64_t size) {
  // A size of 0 would be all that follows.
  if (size == 0) return;
  static_cast<void>(
      posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(size), POSIX_FADV_WILLNEED));
}

}  // namespace layer
