// Reads arguments from a file, where build systems put them when they are many.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace cmd {

// Returns the arguments with each `@FILE` and `--flagfile=FILE` replaced by the lines of FILE, each
// of which is one argument. FILE is Bazel's parameter file of the format "multiline": nothing in it
// is escaped, and a line that begins with '@' names no further file. Nor does an '@' that begins
// the value of an option of a sub-command of `app`. Throws layer::Error.
std::vector<std::string> expand_flagfiles(const std::vector<std::string>& arguments,
                                          const CLI::App& app);

}  // namespace cmd
