// Files and directories under names that nobody is to see, and their removal when a signal ends the
// process.
#pragma once

#include <cstdint>
#include <string>

namespace layer {

// While one lives, remove_temporaries() waits. May be nested, on one thread; others wait meanwhile.
// Making a name and registering it is done in one, as is giving results their names.
class Undisturbed {
 public:
  Undisturbed();
  ~Undisturbed();
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;
};

enum class TemporaryKind : uint8_t { kFile, kTreeArtifact };

// Owns a file, or a directory with all that is in it, by its path: the destructor removes it.
class TemporaryName {
 public:
  TemporaryName() = default;  // none
  // Of something that was made just now.
  explicit TemporaryName(std::string path, TemporaryKind kind = TemporaryKind::kFile);
  ~TemporaryName();
  TemporaryName(TemporaryName&& other) noexcept;
  TemporaryName& operator=(TemporaryName&& other) noexcept;

  explicit operator bool() const { return !path_.empty(); }
  const std::string& path() const { return path_; }
  void release();  // nothing has this path any more

 private:
  std::string path_;
  TemporaryKind kind_ = TemporaryKind::kFile;
};

// Removes what every TemporaryName stands for. From then on no thread can make another: who tries
// waits for ever. For a process that is about to end.
void remove_temporaries();

}  // namespace layer
