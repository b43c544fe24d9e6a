// Replaces each flag file by its lines, one argument per line.
#include "cmd/options/flagfile.h"

#include <algorithm>
#include <string_view>

#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace cmd {
namespace {

constexpr std::string_view kLong = "--flagfile=";

std::string flagfile_of(std::string_view argument) {
  if (argument.starts_with(kLong)) return std::string(argument.substr(kLong.size()));
  if (argument.starts_with('@')) return std::string(argument.substr(1));
  return {};
}

void append_lines(const std::string& file, std::vector<std::string>& arguments) {
  layer::StringArena arena;
  const std::string_view text = layer::read_input_file(file, arena);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    arguments.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

// Whether what follows these arguments is the value of an option.
bool expects_value(const std::vector<std::string>& arguments, const CLI::App& app) {
  if (arguments.empty() || !arguments.back().starts_with('-')) return false;
  const auto names = [&](const CLI::App* command) {
    return std::ranges::find(arguments, command->get_name()) != arguments.end();
  };
  const auto commands = app.get_subcommands(nullptr);
  const auto command = std::ranges::find_if(commands, names);
  if (command == commands.end()) return false;
  const CLI::Option* const option = (*command)->get_option_no_throw(arguments.back());
  return option != nullptr && option->get_items_expected_max() > 0;
}

}  // namespace

std::vector<std::string> expand_flagfiles(const std::vector<std::string>& arguments,
                                          const CLI::App& app) {
  std::vector<std::string> expanded;
  for (const std::string& argument : arguments) {
    const std::string file = flagfile_of(argument);
    if (file.empty() || expects_value(expanded, app)) {
      expanded.push_back(argument);
    } else {
      append_lines(file, expanded);
    }
  }
  return expanded;
}

}  // namespace cmd
