// The lines of an mtree specification, continued lines joined, and the words on them.
#pragma once

#include <cstdint>
#include <string_view>

#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace layer {

// One logical line, never blank or a comment, without the blanks before it.
struct MtreeLine {
  std::string_view text;
  uint32_t number = 0;  // where it begins
  uint32_t column = 0;  // of text[0]; 0 if the line was continued, and so columns are unknown

  uint32_t column_at(size_t offset) const {
    return column == 0 ? 0 : column + static_cast<uint32_t>(offset);
  }
};

// A line that ends in a backslash, itself not escaped, goes on in the next one.
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

// The words of a line, separated by spaces and TABs.
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

// The bytes that a name, content or link stands for. As libarchive has it, a backslash that begins
// no escape stands for itself: \ooo (up to \377), \a \b \f \n \r \s \t \v \\ are escapes.
std::string_view unescape_mtree(std::string_view text, StringArena& arena);

}  // namespace layer
