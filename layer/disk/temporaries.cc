// One list of temporary names for all threads, because a signal comes to the whole process.
#include "layer/disk/temporaries.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"

namespace layer {
namespace {

// What removing a tree takes: a descriptor for each level of a layout, and one to spare.
using DescriptorReserve = std::array<FileHandle, 4>;

struct TemporaryList {
  std::recursive_mutex mutex;
  std::map<std::string, TemporaryKind> names;
  size_t trees = 0;           // among the names
  DescriptorReserve reserve;  // while there are trees
};

// Never destroyed: a signal may come while the process ends.
TemporaryList& temporary_list() {
  static auto* const list = new TemporaryList;
  return *list;
}

// False, with errno, if the process or the system has no more.
bool fill(DescriptorReserve& reserve) {
  for (FileHandle& handle : reserve) {
    if (!handle) handle = try_open("/", O_PATH);
    if (!handle) return false;
  }
  return true;
}

// A file is never removed as a tree: what is under its name may have become something else.
bool remove_temporary(const std::string& path, TemporaryKind kind) {
  if (kind == TemporaryKind::kFile) return unlink(path.c_str()) == 0 || errno == ENOENT;
  TemporaryList& list = temporary_list();
  list.reserve = {};
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  // If other threads have taken them meanwhile, the other trees do without.
  if (list.trees > 1) fill(list.reserve);
  return !failure;
}

// Other threads may still be writing into a directory.
void remove_persistently(const std::string& path, TemporaryKind kind) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries && !remove_temporary(path, kind); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Undisturbed::Undisturbed() {
  temporary_list().mutex.lock();
}

Undisturbed::~Undisturbed() {
  temporary_list().mutex.unlock();
}

TemporaryName::TemporaryName(std::string path, TemporaryKind kind)
    : path_(std::move(path)), kind_(kind) {
  const Undisturbed section;
  TemporaryList& list = temporary_list();
  if (kind_ == TemporaryKind::kTree && !fill(list.reserve)) {
    const int error_number = errno;
    if (list.trees == 0) list.reserve = {};
    rmdir(path_.c_str());  // the fault that is told is the one before
    throw system_error(path_.substr(0, path_.rfind('/')),
                       "cannot keep descriptors for removing a directory in this directory",
                       error_number);
  }
  list.names.emplace(path_, kind_);
  if (kind_ == TemporaryKind::kTree) ++list.trees;
}

TemporaryName::TemporaryName(std::string path, FileHandle lock)
    : TemporaryName(std::move(path), TemporaryKind::kTree) {
  lock_ = std::make_shared<const FileHandle>(std::move(lock));
}

TemporaryName::~TemporaryName() {
  if (path_.empty()) return;
  const Undisturbed section;
  // A destructor has nobody to tell of a failure; one that passes is no reason to leave anything.
  if (!remove_temporary(path_, kind_)) remove_temporary(path_, kind_);
  release();
}

TemporaryName::TemporaryName(TemporaryName&& other) noexcept
    : path_(std::exchange(other.path_, {})), kind_(other.kind_), lock_(std::move(other.lock_)) {}

TemporaryName& TemporaryName::operator=(TemporaryName&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(kind_, other.kind_);
  std::swap(lock_, other.lock_);
  return *this;
}

void TemporaryName::release() {
  const Undisturbed section;
  TemporaryList& list = temporary_list();
  if (list.names.erase(std::exchange(path_, {})) == 0 || kind_ == TemporaryKind::kFile) return;
  if (--list.trees == 0) list.reserve = {};
}

void remove_temporaries() {
  TemporaryList& list = temporary_list();
  list.mutex.lock();  // and never unlocked
  for (const auto& [path, kind] : list.names) remove_persistently(path, kind);
}

}  // namespace layer
