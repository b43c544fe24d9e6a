// Splits an mtree specification into lines, with continued ones joined, and into words.
#pragma once

#include <cstdint>
#include <string_view>

#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace layer {

// One logical line, without leading blanks; never blank or a comment.
struct MtreeLine {
  std::string_view text;
  uint32_t number = 0;  // of the line where it begins
  uint32_t column = 0;  // of text[0]; 0: unknown, because the line was continued

  uint32_t column_at(size_t offset) const {
    return column == 0 ? 0 : column + static_cast<uint32_t>(offset);
  }
};

// Iterates over the logical lines. A line that ends in an unescaped backslash is continued in the
// next.
class MtreeLines {
 public:
  MtreeLines(std::string_view text, StringArena& arena) : lines_(text), arena_(arena) {}

  bool next();  // goes to the next logical line; false when there is none

  const MtreeLine& line() const { return line_; }

 private:
  Lines lines_;
  StringArena& arena_;
  MtreeLine line_;
};

// Iterates over the words of a line, which are separated by spaces and TABs.
class MtreeWords {
 public:
  explicit MtreeWords(const MtreeLine& line) : line_(line) {}

  bool next();  // goes to the next word; false when there is none

  std::string_view word() const { return word_; }
  uint32_t column() const { return line_.column_at(offset_); }

 private:
  const MtreeLine& line_;
  std::string_view word_;
  size_t offset_ = 0;
};

// Undoes the escapes in a name, content or link: \ooo (up to \377) and \a \b \f \n \r \s \t \v \\.
// As in libarchive, a backslash that begins no escape stands for itself.
std::string_view unescape_mtree(std::string_view text, StringArena& arena);

}  // namespace layer
