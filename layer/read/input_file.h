// Reads a text input whole, and walks its lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "layer/string_arena.h"

namespace layer {

// The bytes of a file, or of anything that can be read to its end. They live in the arena, so that
// a reader's entries may point into them. Throws Error when the file cannot be read.
std::string_view read_input_file(const std::string& path, StringArena& arena);

// The lines of a text, each without its LF. A last line without LF is a line too.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool next();  // goes to the next line; false when there is none

  std::string_view line() const { return line_; }
  uint32_t number() const { return number_; }  // from 1

 private:
  std::string_view rest_;
  std::string_view line_;
  uint32_t number_ = 0;
};

}  // namespace layer
