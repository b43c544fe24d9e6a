// Reads a text input, whole or line by line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/file_handle.h"
#include "layer/disk/stamp.h"
#include "layer/model/string_arena.h"

namespace layer {

// Reads a file that the user named, or a pipe, whole. The bytes live in the arena, so that a
// reader's entries may point into them. Throws Error if it cannot be read, has more than 1 GiB, is a
// device, which may have no end, or is written to meanwhile.
std::string_view read_input_file(const std::string& path, StringArena& arena);

// Reads a file that is only found somewhere, and not named by the user, in the same way. A pipe, for
// which nobody may ever write, is an error, and so is a file of more than 4 MiB.
std::string_view read_found_file(const std::string& path, StringArena& arena);

// Reads a file of an installed program or package likewise, which may have as much as an input.
std::string_view read_installed_file(const std::string& path, StringArena& arena);

// Throws Error if there is a device, which may have no end: for what another reader opens.
void refuse_device(const std::string& path);

// Where a line ends: at LF, and CR before it belongs to the line; or also at CR LF, as in files that
// a user may have written on Windows. These may begin with a byte order mark, which is left out.
enum class LineEnd : uint8_t { kLf, kLfOrCrLf };

// What some editors on Windows put before a text in UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Iterates over the lines of a text, without their ends. A last line without one counts too.
class Lines {
 public:
  explicit Lines(std::string_view text, LineEnd end = LineEnd::kLf);

  bool next();  // goes to the next line; false when there is none

  std::string_view line() const { return line_; }
  uint32_t number() const { return number_; }  // from 1

 private:
  std::string_view rest_;
  LineEnd end_;
  std::string_view line_;
  uint32_t number_ = 0;
};

// Iterates over the lines of a file and keeps only a piece of it in memory. Throws Error if it
// cannot be read, has more than 1 GiB, or is written to meanwhile.
class LineReader {
 public:
  explicit LineReader(const std::string& path, LineEnd end = LineEnd::kLf);

  bool next();  // goes to the next line; false when there is none

  std::string_view line() const { return line_; }  // valid until the next call of next()
  uint32_t number() const { return number_; }      // from 1

 private:
  void fill();

  const std::string path_;
  const LineEnd line_end_;
  const FileHandle file_;
  std::optional<Stamp> stamp_;  // of a regular file, before it was read
  std::vector<char> buffer_;
  size_t begin_ = 0;  // of the bytes read that are not part of a line yet
  size_t end_ = 0;
  uint64_t read_ = 0;       // bytes of the file
  bool is_at_end_ = false;  // of it
  std::string_view line_;
  uint32_t number_ = 0;
};

}  // namespace layer
