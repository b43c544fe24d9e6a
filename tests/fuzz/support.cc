// Files in memory by memfd_create(2).
#include "tests/fuzz/support.h"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX's
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace fuzz {
namespace {

[[noreturn]] void throw_system_error(const char* action) {
  throw std::system_error(errno, std::generic_category(), action);
}

class ScratchFolder {
 public:
  ScratchFolder() : path_(std::filesystem::temp_directory_path() / "veneer-fuzz-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw_system_error("mkdtemp");
  }
  ~ScratchFolder() { ::rmdir(path_.c_str()); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

MemoryFile::MemoryFile(std::string_view bytes) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
  if (!file_) throw_system_error("memfd_create");
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd(), bytes.data(), bytes.size());
    if (written < 0) throw_system_error("write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (::lseek(fd(), 0, SEEK_SET) != 0) throw_system_error("lseek");
}

const std::string& scratch() {
  static const ScratchFolder folder;
  return folder.path();
}

void require_same(std::string_view first, std::string_view second, const char* claim) {
  if (first != second) throw std::logic_error(claim);
}

}  // namespace fuzz
