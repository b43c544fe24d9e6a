// Holds the store's directory by flock(2) on the directory itself.
#include "cmd/worker/worker_store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cmd/report/results.h"
#include "layer/base/error.h"
#include "layer/store/store_mark.h"

namespace cmd {
namespace {

constexpr mode_t kPrivate = 0700;
constexpr uint64_t kMaxSize = 2'000'000'000;

void lock_shared(const layer::FileHandle& file, const std::string& path) {
  while (flock(file.get(), LOCK_SH) != 0) {
    if (errno != EINTR) throw layer::system_error(path, "cannot lock", errno);
  }
}

}  // namespace

WorkerStore::WorkerStore()
    : directory_(std::filesystem::path(temporary_folder()) /
                 fmt::format("veneer-worker-{}", geteuid())) {
  while (!join()) continue;
}

void WorkerStore::rejoin() {
  if (is_named(lock_.get())) return;
  lock_ = {};
  while (!join()) continue;
}

// Whether an open directory is the one that the name leads to.
bool WorkerStore::is_named(int directory) const {
  struct stat opened = {};
  if (fstat(directory, &opened) != 0) throw layer::system_error(directory_, "cannot stat", errno);
  struct stat named = {};
  const bool is_there = lstat(directory_.c_str(), &named) == 0;
  if (!is_there && errno != ENOENT) throw layer::system_error(directory_, "cannot stat", errno);
  return is_there && named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

// False if it was removed meanwhile.
bool WorkerStore::join() {
  const bool is_made = mkdir(directory_.c_str(), kPrivate) == 0;
  if (is_made ? chmod(directory_.c_str(), kPrivate) != 0 : errno != EEXIST) {
    throw layer::system_error(directory_, "cannot create the directory", errno);
  }
  layer::FileHandle file = layer::try_open(directory_, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!file && errno == ENOENT) return false;
  if (!file) throw layer::system_error(directory_, "cannot open", errno);
  struct stat opened = {};
  if (fstat(file.get(), &opened) != 0) throw layer::system_error(directory_, "cannot stat", errno);
  if (opened.st_uid != geteuid() || (opened.st_mode & 077) != 0) {
    throw layer::Error({directory_}, "belongs to another user or is open to other users");
  }
  lock_shared(file, directory_);
  if (!is_named(file.get())) return false;
  lock_ = std::move(file);
  return true;
}

WorkerStore::~WorkerStore() {
  // Who waits for the lock meanwhile will find another directory, or none, under the name.
  if (!lock_ || flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) return;
  try {
    if (!is_named(lock_.get())) return;
    // Nothing but the store: what else somebody may have put there stays.
    if (layer::find_store_state(directory()) == layer::StoreState::kOther) return;
    std::filesystem::remove_all(directory());
    std::filesystem::remove(directory_);
  } catch (const std::exception&) {
    // What stays is the next worker's.
  }
}

uint64_t WorkerStore::max_size() const {
  struct statvfs status = {};
  if (statvfs(directory_.c_str(), &status) != 0) {
    throw layer::system_error(directory_, "cannot stat its file system", errno);
  }
  return std::min(kMaxSize, uint64_t{status.f_bavail} * status.f_frsize / 4);
}

}  // namespace cmd
