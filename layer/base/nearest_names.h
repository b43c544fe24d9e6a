// Suggests existing names for one that does not exist: "did you mean 'numpy'?".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace layer {

// The text "did you mean 'numpy'?"; if no name is near, "there are 'a', 'b', 'c' and 9 more"; if
// `names` is empty, "there is none". Case, '-', '_' and '.' are ignored. `wanted` may be a glob,
// whose stars are left out. `names` may hold a name twice, and its order does not change the text.
std::string names_to_choose(std::string_view wanted, std::vector<std::string_view> names);

// The names nearest to `wanted`, nearest first, at most `most`; empty if none is near.
std::vector<std::string_view> nearest_names(std::string_view wanted,
                                            std::vector<std::string_view> names, size_t most = 3);

// The paths nearest to `wanted`, at most `most`. First choice are paths with the same last
// component, longest common end first. Otherwise paths whose last component is near: those in the
// same directory or, if there are none, in any.
std::vector<std::string_view> nearest_paths(std::string_view wanted,
                                            const std::vector<std::string_view>& paths,
                                            size_t most = 3);

// The names quoted, as a list in a sentence: "'a', 'b' and 'c'".
std::string quoted_names(const std::vector<std::string_view>& names);

// The names quoted, in order and each once. If they are many: "'a', 'b', 'c' and 9 more".
std::string short_list(std::vector<std::string_view> names);

}  // namespace layer
