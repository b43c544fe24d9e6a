// The form of `--help`.
#pragma once

#include <CLI/CLI.hpp>
#include <initializer_list>
#include <string>
#include <vector>

namespace cmd {

// Help as wide as the terminal on stdout, or of 100 columns where that is none. What a command says
// with show_first() comes before its other options.
class HelpFormat : public CLI::Formatter {
 public:
  HelpFormat();

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* command) const override;

 private:
  std::string row(const std::string& name, const std::string& text) const;

  size_t width_;  // columns
};

// The groups of a command's options in the order of the help.
std::vector<std::string> groups_of(const CLI::App& command);

// Whether the option, or the argument, may be given several times.
bool is_repeatable(const CLI::Option& option);

// Shows the options that most command lines have in a group of their own.
void show_first(CLI::App& command, std::initializer_list<const char*> names);

}  // namespace cmd
