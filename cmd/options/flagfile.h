// Arguments that stand in a file, as build systems write them when they are many.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace cmd {

// The arguments with those in FILE, one a line, in the place of each `@FILE`, or `--flagfile=FILE`.
// It is Bazel's parameter file of the format "multiline", in which nothing is escaped; an '@' in it
// is an '@', and so is one that begins the value of an option of a sub-command of `app`. Throws
// layer::Error.
std::vector<std::string> expand_flagfiles(const std::vector<std::string>& arguments,
                                          const CLI::App& app);

}  // namespace cmd
