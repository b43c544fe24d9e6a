// Checks texts for valid UTF-8, and escapes for messages what a terminal would obey.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace layer {

// Whether the text is well-formed by the Unicode Standard, table 3-7: no overlong forms, no
// surrogates.
bool is_utf8(std::string_view text);

// The bytes of the character that the text begins with; 0 if it is none that a terminal shows: a
// control character (C0, DEL, C1), a line or paragraph separator, one that overrides the direction
// of text (Unicode Standard Annex 9, sections 2.1 to 2.4), or not UTF-8.
size_t printable_length(std::string_view text);

// The text with U+FFFD in place of each byte that is not part of UTF-8.
std::string to_utf8(std::string_view text);

// The text for a message, on one line: bytes that are not part of printable characters are written
// as "\n", "\r", "\t" or "\x1b". Backslashes stay as they are.
std::string with_escaped_bytes(std::string_view text);

// A JSON document in which characters that no terminal shows are written as "\u202e". They stand
// only in its strings, so that its meaning stays. It is UTF-8, and its layout is by spaces and LF.
std::string with_escaped_json(std::string_view document);

}  // namespace layer
