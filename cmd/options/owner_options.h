// The options for who owns what is added to an image, and who may do what with it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace cmd {

struct OwnerOptions {
  std::string chown;               // empty: owners are as inputs state them
  std::vector<std::string> chmod;  // layer::parse_mode_rule() takes them
  std::string create_user;         // layer::parse_new_user() takes it; empty: none
};

// Adds --chown, --chmod and --create-user to a sub-command; they are filled in when it is parsed.
void add_owner_options(CLI::App& command, OwnerOptions& options);

}  // namespace cmd
