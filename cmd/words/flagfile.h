// Reads arguments from a file, where build systems put them when they are many, and people when
// they give them often.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "cmd/words/argument.h"

namespace cmd {

inline constexpr size_t kMostFlagfileLevels = 8;
inline constexpr size_t kMostFlagfiles = 1000;

// Returns the arguments with each `@FILE` and `--flagfile=FILE` replaced by the lines of FILE:
//   line    = argument | comment | ""
//   comment = "#" anything              at the beginning of a line
// An argument is the whole line, in which nothing is escaped or quoted: Bazel's parameter file of
// the format "multiline". It may name a further file, up to kMostFlagfileLevels in each other and
// kMostFlagfiles in all. A line that is the value of an option of `app` is that value, whatever it
// begins with, also if it is empty. Throws layer::Error.
std::vector<Argument> expand_flagfiles(const std::vector<std::string>& arguments,
                                       const CLI::App& app);

}  // namespace cmd
