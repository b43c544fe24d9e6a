// Finds words of a command line that name no command and no option.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace cmd {

// Throws CLI::ExtrasError, with the nearest names that exist, for the first command or option that
// `app` does not have. CLI11 alone would first complain of what is missing because of it.
void check_words(const CLI::App& app, const std::vector<std::string>& arguments);

// The command of this name. Throws likewise if `app` has none.
const CLI::App& find_command(const CLI::App& app, const std::string& name);

}  // namespace cmd
