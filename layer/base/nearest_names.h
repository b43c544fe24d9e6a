// For messages about a name that is not there: which of the names that are there may be meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace layer {

// "did you mean 'numpy'?", or, if no name is near, "there are 'a', 'b', 'c' and 9 more"; with no
// name at all, "there is none". Case, '-', '_' and '.' do not count; `wanted` may be a glob, whose
// stars are left out. `names` may hold a name twice. Same names in any order, same text.
std::string names_to_choose(std::string_view wanted, std::vector<std::string_view> names);

// The nearest names, nearest first, at most `most`; none if none is near.
std::vector<std::string_view> nearest_names(std::string_view wanted,
                                            std::vector<std::string_view> names, size_t most = 3);

// The same of paths: those whose last component is that of `wanted`, longest common end first; or
// else those where it is near, in the same directory or, if that has none, in any.
std::vector<std::string_view> nearest_paths(std::string_view wanted,
                                            const std::vector<std::string_view>& paths,
                                            size_t most = 3);

// "'a', 'b' and 'c'".
std::string quoted_names(const std::vector<std::string_view>& names);

}  // namespace layer
