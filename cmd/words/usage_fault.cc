// CLI11 says what it counted; these texts say what to write.
#include "cmd/words/usage_fault.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "cmd/words/known_words.h"

namespace cmd {
namespace {

// A command line, as far as it can be read.
struct UsedWords {
  const CLI::App* command = nullptr;  // the last that is named
  std::vector<Word> words;            // one for each argument; unknown ones are plain
};

UsedWords read_used_words(const CLI::App& app, const std::vector<Argument>& arguments) {
  UsedWords used;
  used.command = &app;
  WordReader reader(app);
  for (const Argument& argument : arguments) {
    Word word;
    try {
      word = reader.read(argument);
    } catch (const PlacedError&) {
      // That is told by whoever reads it as an argument.
    }
    if (word.kind == WordKind::kCommand) used.command = word.command;
    used.words.push_back(word);
  }
  return used;
}

// The argument that a message about `option` is about: of several, the one whose value it names.
const Argument* find_culprit(std::string_view message, const UsedWords& used,
                             const std::vector<Argument>& arguments) {
  std::vector<const Argument*> found;
  std::vector<const Argument*> named;
  for (size_t i = 0; i < used.words.size(); ++i) {
    const Word& word = used.words[i];
    if (word.option == nullptr || !message.starts_with(word.option->get_name() + ':')) continue;
    const bool is_whole = word.kind == WordKind::kValue;
    const std::string& value = is_whole ? arguments[i].text : word.value;
    if (!is_whole && value.empty()) continue;
    found.push_back(&arguments[i]);
    if (message.find(value) != std::string_view::npos) named.push_back(&arguments[i]);
  }
  if (found.size() == 1) return found.front();
  return named.size() == 1 ? named.front() : nullptr;
}

// The option whose name the message begins with.
const CLI::Option* option_of(std::string_view message, const CLI::App& command) {
  return command.get_option_no_throw(std::string(message.substr(0, message.find_first_of(": "))));
}

std::string wrong_count(const CLI::Option& option, const UsedWords& used) {
  const auto times = std::ranges::count_if(used.words, [&option](const Word& word) {
    return word.kind == WordKind::kOption && word.option == &option;
  });
  const bool is_repeatable = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  if (times > 1 && !is_repeatable)
    return fmt::format("{} is given {} times; give it once", option.get_name(), times);
  return fmt::format("{} needs a value: {} {}", option.get_name(), option.get_name(),
                     option.get_type_name());
}

std::string too_many(const UsedWords& used, const std::vector<Argument>& arguments) {
  std::vector<std::string> given;
  for (size_t i = 0; i < used.words.size(); ++i) {
    if (used.words[i].kind == WordKind::kPlain) {
      given.push_back(fmt::format("'{}'", arguments[i].text));
    }
  }
  size_t most = 0;
  for (const CLI::Option* option : used.command->get_options()) {
    if (option->get_positional()) most += static_cast<size_t>(option->get_items_expected_max());
  }
  return fmt::format("{} takes {} beside its options, not {}: {}", full_name(*used.command),
                     most == 0   ? "no argument"
                     : most == 1 ? "one argument"
                                 : fmt::format("{} arguments", most),
                     given.size(), fmt::join(given, ", "));
}

std::string missing_command(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* one : command.get_subcommands(nullptr)) names.push_back(one->get_name());
  return fmt::format("{} needs a command: {}", full_name(command), fmt::join(names, ", "));
}

// Says that an option was taken as the value of the one before it. The message is about the one
// before it, whose value that cannot be, or about the one that was taken, which is missing now. Empty
// if it is about neither.
std::string taken_option(std::string_view message, const UsedWords& used,
                         const std::vector<Argument>& arguments) {
  for (size_t i = 0; i < used.words.size(); ++i) {
    const Word& word = used.words[i];
    const std::string& text = arguments[i].text;
    if (word.kind != WordKind::kValue || !text.starts_with('-')) continue;
    const CLI::Option* taken = word.command->get_option_no_throw(text);
    if (taken == nullptr) continue;
    const bool is_value =
        message.starts_with(word.option->get_name() + ':') && message.find(text) != message.npos;
    if (is_value || message == taken->get_name() + " is required") {
      return fmt::format(
          "{0} needs a value, but the next word is '{1}'; if that is the value, "
          "write {0}={1}",
          word.option->get_name(), text);
    }
  }
  return {};
}

std::string usage_text(const CLI::ParseError& error, const UsedWords& used,
                       const std::vector<Argument>& arguments) {
  std::string message = error.what();
  const CLI::Option* const option = option_of(message, *used.command);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && option != nullptr) {
    return wrong_count(*option, used);
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return too_many(used, arguments);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && option == nullptr) {
    return missing_command(*used.command);
  }
  std::string taken = taken_option(message, used, arguments);
  return taken.empty() ? message : taken;
}

}  // namespace

void rethrow_at_origin(const CLI::ParseError& error, const CLI::App& app,
                       const std::vector<Argument>& arguments) {
  const bool is_verdict = dynamic_cast<const CLI::RuntimeError*>(&error) != nullptr;
  const bool is_placed = dynamic_cast<const PlacedError*>(&error) != nullptr;
  if (is_verdict || is_placed || error.get_exit_code() == 0) throw;
  const UsedWords used = read_used_words(app, arguments);
  const Argument* const culprit = find_culprit(error.what(), used, arguments);
  throw PlacedError(
      at_origin(culprit == nullptr ? Argument() : *culprit, usage_text(error, used, arguments)),
      error.get_exit_code());
}

std::string help_command(const CLI::App& app, const std::vector<Argument>& arguments) {
  const CLI::App* command = read_used_words(app, arguments).command;
  if (command->get_name() == "help") command = &app;
  return full_name(*command) + " --help";
}

}  // namespace cmd
