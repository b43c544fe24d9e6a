// Texts that JSON and tar headers can hold.
#pragma once

#include <string>
#include <string_view>

namespace layer {

// Well-formed by the Unicode Standard, table 3-7: no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

// For a message: every byte that is not ASCII, and every control character, as "\xff".
std::string with_escaped_bytes(std::string_view text);

}  // namespace layer
