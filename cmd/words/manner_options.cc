// Reads the words of the command line itself, because faults are told before CLI11 has read all.
#include "cmd/words/manner_options.h"

#include <fmt/core.h>

#include <string_view>

#include "cmd/options/choice.h"
#include "cmd/words/known_words.h"

namespace cmd {
namespace {

constexpr std::string_view kQuiet = "--quiet";
constexpr std::string_view kVerbose = "--verbose";
constexpr std::string_view kColor = "--color";

ColorWhen color_of(std::string_view word) {
  if (word == "always") return ColorWhen::kAlways;
  return word == "never" ? ColorWhen::kNever : ColorWhen::kAuto;
}

// What a command line says, and whether it says too much.
struct MannerWords {
  Manners manners;
  const Argument* quiet = nullptr;
  const Argument* verbose = nullptr;

  void add(const CLI::Option* option, const std::string& value, const Argument& argument) {
    if (option == nullptr) return;
    if (option->get_name() == kQuiet) {
      quiet = &argument;
      manners.verbosity = Verbosity::kQuiet;
    } else if (option->get_name() == kVerbose) {
      verbose = &argument;
      manners.verbosity = Verbosity::kVerbose;
    } else if (option->get_name() == kColor && !value.empty()) {
      manners.color = color_of(value);
    }
  }
};

MannerWords read_manner_words(const CLI::App& app, const std::vector<Argument>& arguments) {
  MannerWords found;
  WordReader reader(app);
  for (const Argument& argument : arguments) {
    try {
      const Word word = reader.read(argument);
      const std::string& text = argument.text;
      found.add(word.option, word.kind == WordKind::kValue ? text : word.value, argument);
      // Of flags written together, the word has the last.
      const bool is_bundle = word.kind == WordKind::kOption && !text.starts_with("--");
      for (size_t i = 1; is_bundle && i + 1 < text.size(); ++i) {
        const CLI::Option* flag = word.command->get_option_no_throw(fmt::format("-{}", text[i]));
        if (flag == nullptr || flag->get_items_expected_max() > 0) break;
        found.add(flag, {}, argument);
      }
    } catch (const PlacedError&) {
      // The caller tells of it.
    }
  }
  return found;
}

void add_to_one(CLI::App& command) {
  constexpr const char* kGroup = "Output";
  const std::string quiet = "Print only warnings, errors, and what an option asks for (--json)";
  const std::string verbose = "Shorten no path, line or list; print notes that else are counted";
  const std::string color =
      "Colours: auto (default; on a terminal, unless NO_COLOR is set), always or never";
  command.add_flag("-q,--quiet", quiet)->configurable(false)->group(kGroup);
  command.add_flag("-v,--verbose", verbose)->configurable(false)->group(kGroup);
  command.add_option("--color", color)
      ->transform(one_of<ColorWhen>({{"auto", ColorWhen::kAuto},
                                     {"always", ColorWhen::kAlways},
                                     {"never", ColorWhen::kNever}}))
      ->type_name("auto|always|never")
      ->configurable(false)
      ->group(kGroup);
}

}  // namespace

void add_manner_options(CLI::App& app) {
  add_to_one(app);
  for (CLI::App* command : app.get_subcommands(nullptr)) add_manner_options(*command);
}

Manners read_manners(const CLI::App& app, const std::vector<Argument>& arguments) {
  return read_manner_words(app, arguments).manners;
}

void check_manners(const CLI::App& app, const std::vector<Argument>& arguments) {
  const MannerWords words = read_manner_words(app, arguments);
  if (words.quiet == nullptr || words.verbose == nullptr) return;
  throw PlacedError(at_origin(*words.verbose, "--quiet and --verbose exclude each other"),
                    CLI::ExitCodes::ExcludesError);
}

}  // namespace cmd
