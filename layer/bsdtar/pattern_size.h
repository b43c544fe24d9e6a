// Bounds regular expressions: regcomp(3) takes as much time, memory and stack as it is asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace layer {

// Why a basic regular expression (POSIX, regex(7), with GNU's \+ \? \|) takes more to compile or to
// match than names are worth; no value: it does not. Says nothing of one that is malformed.
std::optional<std::string> excess_of_pattern(std::string_view pattern);

}  // namespace layer
