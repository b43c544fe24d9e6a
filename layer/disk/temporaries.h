// Tracks temporary files and directories, and removes them when a signal ends the process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "layer/disk/file_handle.h"

namespace layer {

// While an instance lives, remove_temporaries() waits, and so does any other thread that makes one.
// May be nested on one thread. Use it around steps that a signal must not split, such as creating a
// file and registering its name, or giving results their names.
class Undisturbed {
 public:
  Undisturbed();
  ~Undisturbed();
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;
};

enum class TemporaryKind : uint8_t { kFile, kTree };

// Owns a file, or a directory with all that is in it, by its path: the destructor removes it.
class TemporaryName {
 public:
  TemporaryName() = default;  // owns nothing
  // Takes ownership of something that was just created. While it is a tree, some descriptors are
  // kept for removing it. If there are none, removes it, which is empty, and throws Error.
  explicit TemporaryName(std::string path, TemporaryKind kind = TemporaryKind::kFile);
  // The same for a directory, with the open directory whose lock says that it is in use.
  TemporaryName(std::string path, FileHandle lock);
  ~TemporaryName();
  TemporaryName(TemporaryName&& other) noexcept;
  TemporaryName& operator=(TemporaryName&& other) noexcept;

  explicit operator bool() const { return !path_.empty(); }
  const std::string& path() const { return path_; }
  // The open directory; null if it has none.
  const std::shared_ptr<const FileHandle>& lock() const { return lock_; }
  void release();  // gives up ownership without removing anything

 private:
  std::string path_;
  TemporaryKind kind_ = TemporaryKind::kFile;
  std::shared_ptr<const FileHandle> lock_;
};

// Removes everything that a TemporaryName owns, for a process that is about to end. Afterwards any
// thread that makes or destroys a TemporaryName blocks forever.
void remove_temporaries();

}  // namespace layer
