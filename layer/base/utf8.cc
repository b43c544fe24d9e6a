// Checks and escapes texts in one pass over the bytes.
#include "layer/base/utf8.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>

namespace layer {
namespace {

struct Character {
  size_t length = 0;  // 0: not UTF-8
  uint32_t code = 0;
};

// What the text, which is not empty, begins with.
Character first_character(std::string_view text) {
  const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[k]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length == 1) return {1, lead};
  if (lead < 0xc2 || lead > 0xf4 || length > text.size()) return {};
  uint32_t code = lead & (0x7fU >> length);
  for (size_t k = 1; k < length; ++k) {
    const uint8_t low = k > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = k > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte(k) < low || byte(k) > high) return {};
    code = code << 6 | (byte(k) & 0x3fU);
  }
  return {length, code};
}

bool is_printable(uint32_t code) {
  if (code < 0xa0) return code >= 0x20 && code < 0x7f;
  // U+2028 and U+2029 separate lines; the others embed, override and isolate directions.
  return (code < 0x2028 || code > 0x202e) && (code < 0x2066 || code > 0x2069);
}

std::string escaped_byte(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
  }
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = first_character(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

size_t printable_length(std::string_view text) {
  if (text.empty()) return 0;
  const Character first = first_character(text);
  return is_printable(first.code) ? first.length : 0;
}

std::string to_utf8(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string valid;
  while (!text.empty()) {
    const size_t length = first_character(text).length;
    valid += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::string with_escaped_bytes(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const size_t length = printable_length(text);
    if (length == 0) {
      escaped += escaped_byte(text.front());
    } else {
      escaped += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return escaped;
}

std::string with_escaped_json(std::string_view document) {
  std::string escaped;
  while (!document.empty()) {
    const Character first = first_character(document);
    if (first.code == '\n' || first.length == 0 || is_printable(first.code)) {
      escaped += document.substr(0, first.length == 0 ? 1 : first.length);
    } else {
      escaped += fmt::format("\\u{:04x}", first.code);
    }
    document.remove_prefix(first.length == 0 ? 1 : first.length);
  }
  return escaped;
}

}  // namespace layer
