// Flushes with sync_file_range, fdatasync and fsync.
#include "layer/disk/sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"

namespace layer {
namespace {

constexpr uint64_t kEarlySyncSize = uint64_t{8} << 20;

void sync_by(int (*call)(int), int fd, const std::string& folder) {
  int result = 0;
  do {
    result = call(fd);
  } while (result != 0 && errno == EINTR);
  // fsync(2): the file is of a kind that is not synchronised.
  if (result == 0 || errno == EINVAL || errno == EROFS) return;
  throw system_error(folder, "cannot write to disk (fsync)", errno);
}

}  // namespace

void begin_sync(int fd, uint64_t offset, uint64_t size) {
  // Only a hint: sync_files() finds out what went wrong.
  [[maybe_unused]] const int ignored = sync_file_range(
      fd, static_cast<off_t>(offset), static_cast<off_t>(size), SYNC_FILE_RANGE_WRITE);
}

void EarlySync::grown_to(int fd, uint64_t size) {
  if (size - begun_ < kEarlySyncSize) return;
  begin_sync(fd, begun_, size - begun_);
  begun_ = size;
}

void sync_files(std::span<const int> files, const std::string& folder) {
  // All are begun before the first is waited for: a journal then takes them together.
  for (const int fd : files) begin_sync(fd);
  for (const int fd : files) sync_by(fdatasync, fd, folder);
}

void sync_folder(const std::string& folder) {
  const FileHandle directory = open_or_throw(folder, O_RDONLY | O_DIRECTORY);
  sync_by(fsync, directory.get(), folder);
}

}  // namespace layer
