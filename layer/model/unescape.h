// Undoes the backslash escapes of an input format.
#pragma once

#include <span>
#include <string_view>

#include "layer/model/string_arena.h"

namespace layer {

// A backslash and `letter` stand for `byte`.
struct Escape {
  char letter;
  char byte;
};

struct Unescaped {
  std::string_view text;                     // the input itself when it holds no backslash
  size_t fault_at = std::string_view::npos;  // offset of the first backslash that begins no escape

  bool is_faulty() const { return fault_at != std::string_view::npos; }
};

// `text` with each escape replaced, in one scan: "\\n" is a backslash and an n where "\\" is an
// escape.
Unescaped unescape(std::string_view text, std::span<const Escape> escapes, StringArena& arena);

}  // namespace layer
