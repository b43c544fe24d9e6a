// Asks for the lock that hold_temporary() has taken.
#include "layer/disk/stale_temporaries.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "layer/disk/directory_handle.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/temporary_path.h"

namespace layer {
namespace {

constexpr int64_t kYoung = 600 * kNanosecondsPerSecond;

// File systems of one machine, by statfs(2). All processes that have a file see its locks.
constexpr std::array<uint32_t, 7> kLocal{
    0xef53,      // ext2, ext3, ext4
    0x58465342,  // XFS
    0x9123683e,  // Btrfs
    0xf2f52010,  // F2FS
    0x2fc12fc1,  // ZFS
    0x01021994,  // tmpfs
    0x794c7630,  // overlayfs
};

bool is_local(int fd) {
  struct statfs status = {};
  return fstatfs(fd, &status) == 0 &&
         std::ranges::find(kLocal, static_cast<uint32_t>(status.f_type)) != kLocal.end();
}

// Two names of a file share its times, so the time of the last link counts, too.
bool is_at_rest(const struct stat& status, int64_t now) {
  return std::max(nanoseconds_of(status.st_mtim), nanoseconds_of(status.st_ctim)) < now - kYoung;
}

bool is_of_user(const struct stat& status) {
  return status.st_uid == geteuid() && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

void remove_if_left(int folder, const std::string& directory, const char* name, int64_t now) {
  struct stat seen = {};
  if (fstatat(folder, name, &seen, AT_SYMLINK_NOFOLLOW) != 0 || !is_of_user(seen)) return;
  if (!is_at_rest(seen, now)) return;
  const FileHandle file = try_open_at(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file || !is_local(file.get()) || flock(file.get(), LOCK_EX | LOCK_NB) != 0) return;
  // It may have got another name, or a process that went on may have written to it.
  struct stat locked = {};
  struct stat named = {};
  if (fstat(file.get(), &locked) != 0 || !is_at_rest(locked, now) ||
      fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) != 0 || named.st_dev != locked.st_dev ||
      named.st_ino != locked.st_ino) {
    return;
  }
  if (S_ISREG(locked.st_mode)) {
    unlinkat(folder, name, 0);
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory + '/' + name, ignored);
}

}  // namespace

bool hold_temporary(int fd, Holding holding) {
  const int operation = holding == Holding::kAlone ? LOCK_EX : LOCK_SH;
  return is_local(fd) && flock(fd, operation | LOCK_NB) == 0;
}

void release_temporary(int fd) {
  flock(fd, LOCK_UN);
}

void remove_stale_temporaries(const std::string& directory, int64_t now) {
  const DirectoryHandle stream = try_open_directory(directory);
  if (!stream) return;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): its own stream
  while (const dirent* entry = readdir(stream.get())) {
    if (is_temporary_name(entry->d_name)) {
      remove_if_left(dirfd(stream.get()), directory, entry->d_name, now);
    }
  }
}

}  // namespace layer
