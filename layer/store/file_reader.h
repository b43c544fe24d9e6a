// Reading a regular file that others may write to meanwhile, with every fault named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "layer/file_handle.h"
#include "layer/path_cursor.h"
#include "layer/store/stamp.h"

namespace layer {

// Linux brings every page to the disk within half a minute of its first write, by default
// (vm.dirty_expire_centisecs); this leaves room for slow disks. Nanoseconds.
inline constexpr int64_t kPagesWrittenBack = 600 * kNanosecondsPerSecond;

// Links are followed. Nothing but a regular file is ever read: a FIFO that took the place of one is
// an error, and nobody is waited for. All throw Error with the path, which outlives the reader.
class FileReader {
 public:
  explicit FileReader(std::string_view path);
  // The same as seen from an open directory. What it is, stamp() finds out, before what read_at() has
  // read may be believed: one system call less a file.
  FileReader(std::string_view path, const PathCursor::Place& place);

  Stamp stamp() const;  // as it is now
  // The same, at a moment from which on every write shows in the stamp: waits, for up to 50 ms, if
  // the file was written to a moment ago. Throws as for a file that changes if that goes on.
  Stamp settled_stamp() const;
  // When the file was made; 0 if the file system does not tell. Of two files that have one inode
  // number, one after the other, it differs.
  int64_t birth() const;

  // Whether somebody may write to it without a trace in its stamp: has it open for writing, or mapped
  // into memory. A mapped page is stamped when it is first written to, and then not until it has come
  // to the disk; so a stamp stands for one content only from a moment on when nobody has one. A
  // file on a disk with an older `stamp` than kPagesWrittenBack, which is the file's as it is now, is
  // not asked: its pages are on the disk. False where that cannot be found out: of another user's
  // file, on a network.
  bool may_be_written(const Stamp& stamp) const;

  // Fills `buffer` unless the file ends first; the number of bytes read.
  size_t read(std::span<std::byte> buffer);
  // The same from an offset, and one byte more if the file has one, which goes nowhere. Leaves alone
  // where read() is.
  size_t read_at(uint64_t offset, std::span<std::byte> buffer) const;

  int fd() const { return file_.get(); }

 private:
  [[noreturn]] void throw_unreadable(int fault) const;

  std::string_view path_;
  FileHandle file_;
};

// Whether the file is the one that was looked at: the same stamp, of which one that was taken too
// soon has no change time.
bool is_as_looked_at(const Stamp& look, const Stamp& now);

// Throws Error if the file is another than when it was looked at, or was written to: if the stamp
// differs in more than the change time.
void check_unchanged(std::string_view path, const Stamp& look, const Stamp& now);

// The errors for a file that was written to, or replaced, while veneer was at work.
[[noreturn]] void throw_changed(std::string_view path);
[[noreturn]] void throw_resized(std::string_view path, uint64_t planned, uint64_t found);
// And for one that holds more than its size says, as those of /proc do, unless its size now is another.
[[noreturn]] void throw_longer(std::string_view path, uint64_t size, const FileReader& reader);

}  // namespace layer
