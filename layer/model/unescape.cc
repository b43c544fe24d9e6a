// Undoes escapes from left to right, once.
#include "layer/model/unescape.h"

#include <algorithm>
#include <optional>
#include <string>

namespace layer {
namespace {

// The value of "x1b"; no value for anything else.
std::optional<char> hex_byte(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() < 3 || text[0] != 'x') return std::nullopt;
  const size_t high = kDigits.find(text[1]);
  const size_t low = kDigits.find(text[2]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

}  // namespace

Unescaped unescape(std::string_view text, std::span<const Escape> escapes, StringArena& arena,
                   HexEscapes hex) {
  if (text.find('\\') == std::string_view::npos) return {text};
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    if (i + 1 == text.size()) return {text, i};
    const auto byte =
        hex == HexEscapes::kYes ? hex_byte(text.substr(i + 1)) : std::optional<char>();
    if (byte) {
      plain += *byte;
      i += 3;
      continue;
    }
    const auto escape = std::ranges::find(escapes, text[i + 1], &Escape::letter);
    if (escape == escapes.end()) return {text, i};
    plain += escape->byte;
    ++i;
  }
  return {arena.copy(plain)};
}

}  // namespace layer
