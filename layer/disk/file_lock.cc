// Asks for a lock again and again until the wait is told of, and then waits in the kernel.
#include "layer/disk/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "layer/base/error.h"

namespace layer {
namespace {

constexpr std::chrono::milliseconds kPause{10};
constexpr int kPausesUntilTold = 500;

void (*tell_wait)(const std::string& path) = nullptr;

// False if another process holds it and `operation` does not wait.
bool try_lock(int fd, int operation, const std::string& path) {
  while (flock(fd, operation) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw system_error(path, "cannot lock", errno);
  }
  return true;
}

void wait_for_lock(int fd, const std::string& path) {
  for (int i = 0; i < kPausesUntilTold; ++i) {
    if (try_lock(fd, LOCK_EX | LOCK_NB, path)) return;
    std::this_thread::sleep_for(kPause);
  }
  if (tell_wait != nullptr) tell_wait(path);
  try_lock(fd, LOCK_EX, path);
}

}  // namespace

FileHandle open_locked(const std::string& path, int flags) {
  while (true) {
    FileHandle file = open_or_throw(path, flags);
    wait_for_lock(file.get(), path);
    if (is_named(file.get(), path)) return file;
  }
}

bool is_named(int fd, const std::string& path) {
  struct stat opened = {};
  if (fstat(fd, &opened) != 0) throw system_error(path, "cannot stat", errno);
  struct stat named = {};
  const bool is_there = stat(path.c_str(), &named) == 0;
  if (!is_there && errno != ENOENT) throw system_error(path, "cannot stat", errno);
  return is_there && named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

void tell_long_waits(void (*tell)(const std::string& path)) {
  tell_wait = tell;
}

}  // namespace layer
