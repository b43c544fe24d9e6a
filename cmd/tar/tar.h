// The sub-command `veneer tar`: bsdtar's command line, for build rules that call bsdtar.
#pragma once

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

namespace cmd {

inline constexpr std::string_view kTarCommand = "tar";

inline constexpr std::string_view kTarHelp =
    "veneer tar: bsdtar's command line; each real file is stored once\n"
    "  veneer tar -c [-f FILE] [-z | --zstd | ...] [-C DIR] [FILE | DIR | @MTREE | @ARCHIVE]...\n"
    "  veneer tar -t [-v] [-f FILE] [PATTERN]...\n"
    "  veneer tar -x [-f FILE] [-C DIR] [PATTERN]...\n"
    "bsdtar(1) describes the options; docs/bsdtar.md says what differs.\n";

// Adds the sub-command to the help. CLI11 does not parse its arguments: run_tar() does.
void add_tar_command(CLI::App& app);

// Whether the name that the program was called by is one of bsdtar's. Then all its arguments are
// tar's.
bool is_tar_name(std::string_view program);

// Does what the words after `tar` say. Throws layer::Error, for a wrong option too, because
// bsdtar's exit code is 1 for every fault.
void run_tar(const std::vector<std::string>& words);

}  // namespace cmd
