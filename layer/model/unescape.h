// Undoes the backslash escapes of input formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "layer/model/string_arena.h"

namespace layer {

// An escape: a backslash and `letter` stand for `byte`.
struct Escape {
  char letter;
  char byte;
};

struct Unescaped {
  std::string_view text;                     // the input itself if it has no backslash
  size_t fault_at = std::string_view::npos;  // offset of the first invalid escape

  bool is_faulty() const { return fault_at != std::string_view::npos; }
};

// Whether "\\x" and two lower-case hex digits stand for a byte.
enum class HexEscapes : uint8_t { kNo, kYes };

// Replaces each escape in one scan: with the escape "\\", the text "\\n" is a backslash and an n.
Unescaped unescape(std::string_view text, std::span<const Escape> escapes, StringArena& arena,
                   HexEscapes hex = HexEscapes::kNo);

}  // namespace layer
