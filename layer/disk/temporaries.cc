// One list of temporary names for all threads, because a signal comes to the whole process.
#include "layer/disk/temporaries.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace layer {
namespace {

struct TemporaryList {
  std::recursive_mutex mutex;
  std::map<std::string, TemporaryKind> names;
};

// Never destroyed: a signal may come while the process ends.
TemporaryList& temporary_list() {
  static auto* const list = new TemporaryList;
  return *list;
}

// A file is never removed as a tree: what is under its name may have become something else.
bool remove_temporary(const std::string& path, TemporaryKind kind) {
  if (kind == TemporaryKind::kFile) return unlink(path.c_str()) == 0 || errno == ENOENT;
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
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
  temporary_list().names.emplace(path_, kind_);
}

TemporaryName::~TemporaryName() {
  if (path_.empty()) return;
  const Undisturbed section;
  remove_temporary(path_, kind_);  // a destructor has nobody to tell of a failure
  release();
}

TemporaryName::TemporaryName(TemporaryName&& other) noexcept
    : path_(std::exchange(other.path_, {})), kind_(other.kind_) {}

TemporaryName& TemporaryName::operator=(TemporaryName&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(kind_, other.kind_);
  return *this;
}

void TemporaryName::release() {
  const Undisturbed section;
  temporary_list().names.erase(std::exchange(path_, {}));
}

void remove_temporaries() {
  TemporaryList& list = temporary_list();
  list.mutex.lock();  // and never unlocked
  for (const auto& [path, kind] : list.names) remove_persistently(path, kind);
}

}  // namespace layer
