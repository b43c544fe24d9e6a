// Getting what was written onto the disk, many files for the price of few.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace layer {

// Has the system begin to write a part of a file, without waiting for it, so that little is left to
// be waited for in sync_files(). A `size` of 0: to its end.
void begin_sync(int fd, uint64_t offset = 0, uint64_t size = 0);

// Does so for each 8 MiB of a file that grows.
class EarlySync {
 public:
  void grown_to(int fd, uint64_t size);

 private:
  uint64_t begun_ = 0;  // bytes that are on their way
};

// Returns when the bytes of all are on the disk. Throws Error, naming `folder`, if they are not;
// where the file system has no disk there is nothing to wait for.
void sync_files(std::span<const int> files, const std::string& folder);

// The same for the names in a directory.
void sync_folder(const std::string& folder);

}  // namespace layer
