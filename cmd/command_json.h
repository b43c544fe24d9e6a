// What `--help` says of all commands, for programs: manual pages and completions are made of it.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

namespace cmd {

// A command with its arguments, options and commands. docs/help.schema.json describes the form.
nlohmann::json command_json(const CLI::App& command);

}  // namespace cmd
