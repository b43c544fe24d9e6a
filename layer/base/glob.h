// Patterns of paths and names, as users write them.
#pragma once

#include <string_view>

namespace layer {

// '?' is one character and '*' any number of them, neither ever '/'; "**" is any number of
// characters; every other character stands for itself. A pattern that matches a directory matches
// all that is below it: "app/data" and "app/d*" match "app/data/x".
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace layer
