// --quiet, --verbose and --color, which every command has, and which may also stand before it.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cmd/report/manners.h"
#include "cmd/words/argument.h"

namespace cmd {

// Adds the options to `app` and to all its commands. Call when all are there.
void add_manner_options(CLI::App& app);

// What these options say, wherever they stand; of a command line with faults, too, so that these
// are told in the way that is wished for. Of contradictions the last word counts here, and
// check_manners() refuses them.
Manners read_manners(const CLI::App& app, const std::vector<Argument>& arguments);

// Throws CLI::ParseError if both --quiet and --verbose are given.
void check_manners(const CLI::App& app, const std::vector<Argument>& arguments);

}  // namespace cmd
