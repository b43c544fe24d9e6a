// Walks the arguments as CLI11 does: commands, options with and without values, the rest.
#include "cmd/options/known_words.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "cmd/report/caller.h"
#include "layer/base/nearest_names.h"

namespace cmd {
namespace {

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + ' ' + command.get_name();
}

// "; did you mean 'build'?"
std::string instead(std::string_view word, const std::vector<std::string>& names) {
  const std::vector<std::string_view> nearest =
      layer::nearest_names(word, {names.begin(), names.end()});
  if (nearest.empty()) return {};
  return fmt::format("; did you mean {}?", layer::quoted_names(nearest));
}

PlacedError unknown_word(const Argument& argument, const CLI::App& command, const char* kind,
                         const std::string& word, const std::vector<std::string>& names) {
  return {at_origin(argument, fmt::format("{} has no {} '{}'{}", full_name(command), kind, word,
                                          instead(word, names))),
          CLI::ExitCodes::ExtrasError};
}

[[noreturn]] void refuse_command(const CLI::App& command, const Argument& argument) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands(nullptr)) names.push_back(sub->get_name());
  throw unknown_word(argument, command, "command", argument.text, names);
}

[[noreturn]] void refuse_option(const CLI::App& command, const Argument& argument,
                                const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) names.push_back(option->get_name());
  }
  throw unknown_word(argument, command, "option", word, names);
}

const CLI::App& command_of(const CLI::App& app, const Argument& argument) {
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    if (sub->get_name() == argument.text) return *sub;
  }
  refuse_command(app, argument);
}

// The argument that a message about `option` is about: of several, the one whose value it names.
const Argument* find_culprit(std::string_view message, const CLI::App& app,
                             const std::vector<Argument>& arguments) {
  std::vector<const Argument*> found;
  std::vector<const Argument*> named;
  const std::vector<Word> words = read_words(app, arguments);
  for (size_t i = 0; i < words.size(); ++i) {
    const CLI::Option* const option = words[i].option;
    if (option == nullptr || !message.starts_with(option->get_name() + ':')) continue;
    const bool is_whole = words[i].kind == WordKind::kValue;
    const std::string& value = is_whole ? arguments[i].text : words[i].value;
    if (!is_whole && value.empty()) continue;
    found.push_back(&arguments[i]);
    if (message.find(value) != std::string_view::npos) named.push_back(&arguments[i]);
  }
  if (found.size() == 1) return found.front();
  return named.size() == 1 ? named.front() : nullptr;
}

}  // namespace

std::string at_origin(const Argument& argument, const std::string& message) {
  // The files that Bazel's rules write are nothing that their user knows.
  const layer::Position place = is_called_by_bazel() ? layer::Position() : argument.origin;
  return fmt::format("{}: error: {}", place.to_string(), message);
}

void rethrow_at_origin(const CLI::ParseError& error, const CLI::App& app,
                       const std::vector<Argument>& arguments) {
  const bool is_verdict = dynamic_cast<const CLI::RuntimeError*>(&error) != nullptr;
  const bool is_placed = dynamic_cast<const PlacedError*>(&error) != nullptr;
  if (is_verdict || is_placed || error.get_exit_code() == 0) throw;
  const Argument* const culprit = find_culprit(error.what(), app, arguments);
  throw PlacedError(at_origin(culprit == nullptr ? Argument() : *culprit, error.what()),
                    error.get_exit_code());
}

std::string help_command(const CLI::App& app, const std::vector<Argument>& arguments) {
  const CLI::App* command = &app;
  WordReader reader(app);
  for (const Argument& argument : arguments) {
    try {
      const Word word = reader.read(argument);
      if (word.kind == WordKind::kCommand) command = word.command;
    } catch (const PlacedError&) {
      // That is the fault.
    }
  }
  if (command->get_name() == "help") command = &app;
  return full_name(*command) + " --help";
}

const CLI::App& find_command(const CLI::App& app, const std::string& name) {
  return command_of(app, {name});
}

Word WordReader::read_option(const Argument& argument, const std::string& text) {
  const bool is_long = text.starts_with("--");
  const size_t equals = is_long ? text.find('=') : std::string::npos;
  const std::string name = text.substr(0, is_long ? equals : 2);
  const CLI::Option* option = command_->get_option_no_throw(name);
  if (option == nullptr) refuse_option(*command_, argument, name);
  const bool takes_value = option->get_items_expected_max() > 0;
  if (!is_long && text.size() > 2 && !takes_value) {
    return read_option(argument, '-' + text.substr(2));  // flags written together
  }
  const bool is_joined = is_long ? equals != std::string::npos : text.size() > 2;
  if (takes_value && !is_joined) awaiting_ = option;
  Word word{WordKind::kOption, command_, option, {}};
  if (is_joined) word.value = text.substr(is_long ? equals + 1 : 2);
  return word;
}

Word WordReader::read(const Argument& argument) {
  const std::string& text = argument.text;
  if (awaiting_ != nullptr)
    return {WordKind::kValue, command_, std::exchange(awaiting_, nullptr), {}};
  if (is_past_mark_) return {WordKind::kPlain, command_, nullptr, {}};
  if (text == "--") {
    is_past_mark_ = true;
    return {WordKind::kMark, command_, nullptr, {}};
  }
  if (text.size() > 1 && text.front() == '-') return read_option(argument, text);
  if (command_->get_subcommands(nullptr).empty()) return {WordKind::kPlain, command_, nullptr, {}};
  command_ = &command_of(*command_, argument);
  return {WordKind::kCommand, command_, nullptr, {}};
}

std::vector<Word> read_words(const CLI::App& app, const std::vector<Argument>& arguments) {
  WordReader reader(app);
  std::vector<Word> words;
  words.reserve(arguments.size());
  for (const Argument& argument : arguments) words.push_back(reader.read(argument));
  return words;
}

}  // namespace cmd
