// Flushes written files to disk, many files for little more than the price of one.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace layer {

// Asks the kernel to begin writing a part of a file to disk, without waiting, so that sync_files()
// has little left to wait for. A `size` of 0 means to the end of the file.
void begin_sync(int fd, uint64_t offset = 0, uint64_t size = 0);

// Calls begin_sync() for every 8 MiB of a growing file.
class EarlySync {
 public:
  void grown_to(int fd, uint64_t size);

 private:
  uint64_t begun_ = 0;  // bytes that begin_sync() was called for
};

// Returns once the bytes of all files are on disk. Throws Error, naming `folder`, if that fails.
// Files that are not on a disk are skipped.
void sync_files(std::span<const int> files, const std::string& folder);

// The same for the names in a directory.
void sync_folder(const std::string& folder);

}  // namespace layer
