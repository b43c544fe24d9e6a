// A file that appears whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "layer/disk/temporaries.h"
#include "layer/disk/undo.h"

namespace layer {

// Whether the file of an output may be one that stays in a store, too. Both are one file then: links
// made to it later change the time of the output's status, by which Bazel sees changed outputs.
enum class Sharing : uint8_t { kFile, kBlocks };

// Written without a name (O_TMPFILE) where the file system allows it, so that even a killed process
// leaves nothing behind; else under a temporary name beside its destination, removed by the
// destructor. Its mode is 0666 less the umask until commit() says otherwise. Throws Error (with the
// destination's path) when a write fails.
class OutputFile {
 public:
  // A file that may later be committed to a path in `directory`, which exists. The error that says
  // that the disk is full comes with `help_when_full`.
  explicit OutputFile(std::string directory, std::string_view help_when_full = {});
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;

  void write(std::span<const std::byte> bytes);                      // appends
  void write_at(uint64_t offset, std::span<const std::byte> bytes);  // overwrites
  // A file with the bytes of `fd`, a whole file on which nothing is written any more, to be committed
  // as it is: sharing its blocks where the file system can (FICLONE), else, with Sharing::kFile, being
  // that very file under another name, its mode kept, or else a copy.
  static OutputFile share(std::string directory, int fd, Sharing sharing = Sharing::kFile);

  // Appends `size` bytes of another file without passing them through this process where possible.
  void copy_from(int fd, uint64_t offset, uint64_t size);
  void truncate(uint64_t size);  // and append from there

  uint64_t size() const { return size_; }
  int fd() const { return fd_; }

  // Gives the file its name, replacing what is there, with this mode whatever the umask; nullopt: the
  // one that it has. With `undo` what is replaced can come back.
  void commit(const std::string& path, std::optional<mode_t> mode = 0644, Undo* undo = nullptr);

 private:
  [[noreturn]] void throw_write_error(const char* action, int error_number) const;
  void name_temporarily();
  void replace(const std::string& path, Undo* undo);
  bool replace_for_now(const std::string& path, Undo& undo);
  bool try_link_shared(const std::string& path, Undo* undo);

  std::string directory_;
  std::string_view help_when_full_;  // a text that lives as long as the program
  TemporaryName temporary_;          // none while the file has no name
  int fd_ = -1;
  uint64_t size_ = 0;
  bool is_shared_ = false;  // `fd_` is another's file, not to be written to
};

}  // namespace layer
