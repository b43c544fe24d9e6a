// Walks the arguments as CLI11 does: commands, options with and without values, the rest.
#include "cmd/options/known_words.h"

#include <fmt/core.h>

#include <string_view>

#include "layer/base/nearest_names.h"

namespace cmd {
namespace {

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + ' ' + command.get_name();
}

// The nearest of the names, or where they are listed.
std::string instead(const CLI::App& command, std::string_view word,
                    const std::vector<std::string>& names) {
  const std::vector<std::string_view> nearest =
      layer::nearest_names(word, {names.begin(), names.end()});
  if (nearest.empty()) return fmt::format("`{} --help` lists all", full_name(command));
  return fmt::format("did you mean {}?", layer::quoted_names(nearest));
}

[[noreturn]] void refuse_command(const CLI::App& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands(nullptr)) names.push_back(sub->get_name());
  throw CLI::ExtrasError(fmt::format("{} has no command '{}'; {}", full_name(command), word,
                                     instead(command, word, names)),
                         CLI::ExitCodes::ExtrasError);
}

[[noreturn]] void refuse_option(const CLI::App& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) names.push_back(option->get_name());
  }
  throw CLI::ExtrasError(fmt::format("{} has no option '{}'; {}", full_name(command), word,
                                     instead(command, word, names)),
                         CLI::ExitCodes::ExtrasError);
}

// Of one argument that begins with '-': whether the next one is its value.
bool check_option(const CLI::App& command, const std::string& argument) {
  const bool is_long = argument.starts_with("--");
  const size_t equals = is_long ? argument.find('=') : std::string::npos;
  std::string name = argument.substr(0, is_long ? equals : 2);
  const CLI::Option* option = command.get_option_no_throw(name);
  if (option == nullptr) refuse_option(command, name);
  const bool takes_value = option->get_items_expected_max() > 0;
  if (is_long) return takes_value && equals == std::string::npos;
  if (argument.size() == 2 || takes_value) return takes_value && argument.size() == 2;
  return check_option(command, '-' + argument.substr(2));  // flags written together
}

}  // namespace

const CLI::App& find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    if (sub->get_name() == name) return *sub;
  }
  refuse_command(app, name);
}

void check_words(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* command = &app;
  bool is_value = false;
  for (const std::string& argument : arguments) {
    if (is_value) {
      is_value = false;
    } else if (argument == "--") {
      return;
    } else if (argument.size() > 1 && argument.front() == '-') {
      is_value = check_option(*command, argument);
    } else if (!command->get_subcommands(nullptr).empty()) {
      command = &find_command(*command, argument);
    }
  }
}

}  // namespace cmd
