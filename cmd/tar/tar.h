// `veneer tar`: bsdtar's command line, for build rules that call it.
#pragma once

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

namespace cmd {

// Puts the sub-command into the help; its words are not CLI11's to read.
void add_tar_command(CLI::App& app);

// Whether the program was called by a name of bsdtar's, so that all its words are tar's.
bool is_tar_name(std::string_view program);

// Does what the words after `tar` say. Throws layer::Error; a wrong option is one, for bsdtar ends
// with 1 for all faults alike.
void run_tar(const std::vector<std::string>& words);

}  // namespace cmd
