// Checks texts for valid UTF-8, and escapes bytes for messages.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// Whether the text is well-formed by the Unicode Standard, table 3-7: no overlong forms, no
// surrogates.
bool is_utf8(std::string_view text);

// The text for a message: each non-ASCII byte and each control character is written as "\xff".
std::string with_escaped_bytes(std::string_view text);

}  // namespace layer
