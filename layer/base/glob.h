// Matches paths and names against glob patterns that users write.
#pragma once

#include <string_view>

namespace layer {

// '?' matches one character and '*' any number of characters, neither ever '/'. "**" matches any
// number of any characters. Every other character matches itself. A pattern that matches a
// directory matches everything below it: "app/data" and "app/d*" both match "app/data/x".
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace layer
