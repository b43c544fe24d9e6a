// Undoes escapes from left to right, once.
#include "layer/model/unescape.h"

#include <algorithm>
#include <string>

namespace layer {

Unescaped unescape(std::string_view text, std::span<const Escape> escapes, StringArena& arena) {
  if (text.find('\\') == std::string_view::npos) return {text};
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    if (i + 1 == text.size()) return {text, i};
    const auto escape = std::ranges::find(escapes, text[i + 1], &Escape::letter);
    if (escape == escapes.end()) return {text, i};
    plain += escape->byte;
    ++i;
  }
  return {arena.copy(plain)};
}

}  // namespace layer
