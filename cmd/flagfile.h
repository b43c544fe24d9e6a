// A command line that stands in a file, as build systems write it when it is long.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cmd {

// The arguments in FILE of `veneer @FILE` or `veneer --flagfile=FILE`, one a line; absent, if the
// command line is another: only as the one argument does '@' have this meaning. It is Bazel's
// parameter file of the format "multiline", in which nothing is escaped. Throws layer::Error.
std::optional<std::vector<std::string>> read_flagfile(const std::vector<std::string>& arguments);

}  // namespace cmd
