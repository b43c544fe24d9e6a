// By posix_fadvise(2), and getrusage(2) of the thread.
#include "layer/disk/read_ahead.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>

namespace layer {
namespace {

// Of a larger piece Linux may read only the front, as much as the disk takes in one request
// (force_page_cache_ra() in mm/readahead.c). This is what it reads ahead by itself.
constexpr uint64_t kPiece = uint64_t{128} << 10;

}  // namespace

long DiskReads::blocks() {
  struct rusage usage = {};
  return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_inblock : 0;
}

void read_ahead(int fd, uint64_t offset, uint64_t size) {
  for (uint64_t done = 0; done < size; done += kPiece) {
    const uint64_t piece = std::min(kPiece, size - done);
    static_cast<void>(posix_fadvise(fd, static_cast<off_t>(offset + done),
                                    static_cast<off_t>(piece), POSIX_FADV_WILLNEED));
  }
}

}  // namespace layer
