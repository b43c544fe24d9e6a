// Writes a file that appears under its name only once it is complete.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "layer/disk/temporaries.h"
#include "layer/disk/undo.h"

namespace layer {

// Whether an output may be the same file (inode) as a blob in the store. If it is, later links to
// that file change the output's change time, which Bazel takes for a changed output.
enum class Sharing : uint8_t { kFile, kBlocks };

// Where a file is written, and what messages are to say of it.
struct OutputFolder {
  // Without `called`, the folder is called by its path, and the file by the path it is committed to.
  OutputFolder(std::string folder, std::string_view help = {})  // NOLINT(*-explicit-*)
      : path(std::move(folder)), help_when_full(help) {}

  std::string path;
  std::string called{};             // what the user knows, where the path is a temporary one
  std::string_view help_when_full;  // lives as long as the program
};

// A file being written. It has no name (O_TMPFILE) where the file system allows that, so that even
// a killed process leaves nothing behind. Elsewhere it has a temporary name beside its destination,
// which the destructor removes. It is held (hold_temporary())
// until it is committed. Its mode is 0666 less the umask until commit() sets another. Throws
// Error, with the destination's directory, when a write fails.
class OutputFile {
 public:
  // Begins a file that can be committed to a path in the folder, which must exist.
  explicit OutputFile(OutputFolder folder);
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;

  void write(std::span<const std::byte> bytes);                      // appends
  void write_at(uint64_t offset, std::span<const std::byte> bytes);  // overwrites
  // Returns a file with the bytes of `fd`, for commit(); nothing may be written to it. `fd` is a
  // whole file that nobody writes to any more. Tried in this order: sharing its blocks (FICLONE);
  // with Sharing::kFile, a second name for that very file, whose mode is kept; a copy.
  static OutputFile share(OutputFolder folder, int fd, Sharing sharing = Sharing::kFile);

  // Appends `size` bytes of another file, inside the kernel where possible.
  void copy_from(int fd, uint64_t offset, uint64_t size);
  void truncate(uint64_t size);  // later writes append from there

  uint64_t size() const { return size_; }
  int fd() const { return fd_; }

  // Gives the file its name `path`, replacing what is there, and sets `mode` regardless of the
  // umask; nullopt keeps the mode that it has. With `undo`, what was replaced can be restored.
  void commit(const std::string& path, std::optional<mode_t> mode = 0644, Undo* undo = nullptr);

 private:
  [[noreturn]] void throw_write_error(const char* action, int error_number) const;
  void open_named();
  void name_temporarily(const std::string& path);
  void check_written(const std::string& path) const;
  void replace(const std::string& path, Undo* undo);
  bool replace_for_now(const std::string& path, Undo& undo);
  bool try_link_shared(const std::string& path, Undo* undo);

  const std::string& called(const std::string& path) const;

  OutputFolder folder_;
  TemporaryName temporary_;  // empty while the file has no name
  int fd_ = -1;
  uint64_t size_ = 0;
  bool is_shared_ = false;  // `fd_` is another owner's file: never written to
};

}  // namespace layer
