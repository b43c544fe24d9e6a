// Reads regular files, and detects files that are changed or replaced while veneer works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "layer/disk/file_handle.h"
#include "layer/disk/path_cursor.h"
#include "layer/disk/stamp.h"

namespace layer {

// Linux brings every page to the disk within half a minute of its first write, by default
// (vm.dirty_expire_centisecs); this leaves room for slow disks. Nanoseconds.
inline constexpr int64_t kPagesWrittenBack = 600 * kNanosecondsPerSecond;

// Opens a file as a FileReader does. Returns an empty handle on failure, with errno set.
FileHandle try_open_input(const PathCursor::Place& place);

// Reads one regular file; links are followed. Anything but a regular file is an error, and opening
// a FIFO does not block. All functions throw Error with the path. The path must outlive the reader.
class FileReader {
 public:
  explicit FileReader(std::string_view path);
  // Opens the file relative to an open directory. This saves one system call per file by not
  // checking the file's type, so the caller must call stamp(), which does, before it trusts what
  // read_at() returned.
  FileReader(std::string_view path, const PathCursor::Place& place);

  Stamp stamp() const;  // the file's stamp now
  // A stamp that any later write will change: if the file was written to a moment ago, waits up to
  // 50 ms (2 s if its times have no nanoseconds). Throws the error for a changed file if writing
  // goes on.
  Stamp settled_stamp() const;
  // When the file was created; 0 if the file system does not record it. Tells two files apart that
  // had the same inode number one after the other.
  int64_t birth() const;

  // Whether some process could write to the file without changing its stamp, because it has the
  // file open for writing or mapped. (The kernel stamps a mapped page when it is first written to,
  // and not again until the page has reached the disk.) A stamp stands for one content only if it
  // was taken when no process had the file open so. The kernel is not asked about a file on a disk
  // whose `stamp`, the file's as it is now, is older than kPagesWrittenBack: its pages are on the
  // disk. Returns false where this cannot be determined: another user's file, a network file system.
  bool may_be_written(const Stamp& stamp) const;

  // Reads until `buffer` is full or the file ends, and returns the number of bytes read.
  size_t read(std::span<std::byte> buffer);
  // The same from `offset`. Also tries to read one byte beyond `buffer`, which it drops: a result
  // of buffer.size() + 1 means that the file goes on. Does not move the position of read().
  size_t read_at(uint64_t offset, std::span<std::byte> buffer) const;

  int fd() const { return file_.get(); }

 private:
  [[noreturn]] void throw_unreadable(int fault) const;

  std::string_view path_;
  FileHandle file_;
};

// Whether `now` is the stamp `look` of an earlier moment. If `look` was taken too soon after a
// write (kNotSettled), change times are not compared.
bool is_as_looked_at(const Stamp& look, const Stamp& now);

// Throws Error if the file was replaced or written to since `look`: that is, if the stamps differ
// in anything but the change time.
void check_unchanged(std::string_view path, const Stamp& look, const Stamp& now);

// Throw the errors for a file that was written to or replaced while veneer was at work.
[[noreturn]] void throw_changed(std::string_view path);
[[noreturn]] void throw_resized(std::string_view path, uint64_t planned, uint64_t found);
// Throws the error for a file that holds more bytes than its size says, as files of /proc do. If
// its size has changed meanwhile, throws throw_resized()'s error.
[[noreturn]] void throw_longer(std::string_view path, uint64_t size, const FileReader& reader);

}  // namespace layer
