// Walks the arguments as CLI11 does: commands, options with and without values, the rest.
#include "cmd/words/known_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "cmd/report/caller.h"
#include "layer/base/nearest_names.h"

namespace cmd {
namespace {

// What other tools have, and veneer does otherwise.
struct ForeignWord {
  std::string_view word;
  std::string_view instead;
  const char* needs = nullptr;  // the option of veneer that it stands for, if only some commands do
};

constexpr std::string_view kPush =
    "veneer does not push; `skopeo copy --preserve-digests oci:DIR:TAG docker://NAME` does";
constexpr std::string_view kName =
    "the name of an image is a part of -o: -o docker-archive:FILE:NAME:TAG or -o oci:DIR:TAG";

constexpr std::string_view kGcs =
    "`veneer gc LAYOUT` drops blobs that no image of a layout needs, `veneer store gc` what was "
    "not "
    "used for longest";
constexpr std::string_view kGc = "`veneer store gc` drops what was not used for longest";

constexpr std::array kForeignCommands = {
    ForeignWord{"push", kPush},
    ForeignWord{"publish", kPush},
    ForeignWord{"pull", "veneer does not pull; `skopeo copy docker://NAME oci:DIR:TAG` does"},
    ForeignWord{"copy",
                "`veneer convert` copies images of layouts and archives, `skopeo copy` those of "
                "registries"},
    ForeignWord{
        "run",
        "`veneer load IMAGE` brings an image into an engine, and `docker run NAME:TAG` runs "
        "it"},
    ForeignWord{"save",
                "-o docker-archive:FILE:NAME:TAG of `veneer build` writes what "
                "`docker save` would"},
    ForeignWord{"tag", kName},
    ForeignWord{"ls", "`veneer inspect --files IMAGE` lists the files of an image"},
    ForeignWord{"history", "`veneer inspect IMAGE` shows the layers and what made them"},
    ForeignWord{"manifest", "`veneer inspect --json IMAGE` prints an image for programs"},
    ForeignWord{"config", "`veneer inspect --json IMAGE` prints an image for programs"},
    ForeignWord{"export",
                "`veneer inspect --files IMAGE` lists the files of an image; `umoci "
                "unpack` writes them"},
    ForeignWord{"scan",
                "`veneer verify IMAGE` checks that an image works; it looks for no "
                "vulnerabilities"},
    ForeignWord{"install",
                "veneer installs no packages; `uv pip install` does, and `veneer build "
                "--venv .venv` packs them"},
    ForeignWord{"init", "`veneer build` needs no project file; docs/project_file.md describes one"},
    ForeignWord{"prune", kGcs},
    ForeignWord{"clean", kGcs},
};

constexpr std::array kForeignStoreCommands = {
    ForeignWord{"prune", kGc},
    ForeignWord{"clean", kGc},
    ForeignWord{"ls", "`veneer store stat` shows how much it holds"},
};

constexpr std::array kForeignOptions = {
    ForeignWord{"--tag", kName, "--output"},
    ForeignWord{"-t", kName, "--output"},
    ForeignWord{"--push", kPush, "--output"},
    ForeignWord{"--file", "veneer reads no Dockerfile; --tree SRC:DEST puts files into the image",
                "--tree"},
    ForeignWord{"-f", "veneer reads no Dockerfile; --tree SRC:DEST puts files into the image",
                "--tree"},
    ForeignWord{"--build-arg",
                "veneer runs nothing while it builds; --env KEY=VALUE sets a variable of the image",
                "--env"},
    ForeignWord{"--no-cache", "--no-store keeps nothing and uses nothing that is kept",
                "--no-store"},
    ForeignWord{"-p", "--expose PORT names a port of the image; `docker run -p` publishes it",
                "--expose"},
    ForeignWord{"--publish",
                "--expose PORT names a port of the image; `docker run -p` publishes it",
                "--expose"},
    ForeignWord{"--from", "--base IMAGE is the image to build on", "--base"},
    ForeignWord{"--image", "an image to build on is --base IMAGE; the image to write is -o IMAGE",
                "--base"},
    ForeignWord{"--copy", "--tree SRC:DEST puts files into the image", "--tree"},
    ForeignWord{"--cwd", "--workdir DIR is the image's working directory", "--workdir"},
    ForeignWord{
        "--requirement",
        "veneer installs no packages; `uv pip install -r FILE` does, and --venv .venv packs them",
        "--venv"},
    ForeignWord{
        "-r",
        "veneer installs no packages; `uv pip install -r FILE` does, and --venv .venv packs them",
        "--venv"},
    ForeignWord{"--format", "--json prints JSON", "--json"},
    ForeignWord{"--raw", "--json prints what is in the image, with its config", "--json"},
};

// "; did you mean 'build'?", or what the word is called here; empty if nothing is known.
std::string instead(std::string_view word, const CLI::App& command,
                    std::span<const ForeignWord> foreign, const std::vector<std::string>& names) {
  const std::vector<std::string_view> nearest =
      layer::nearest_names(word, {names.begin(), names.end()});
  if (!nearest.empty()) return fmt::format("; did you mean {}?", layer::quoted_names(nearest));
  const auto found = std::ranges::find_if(foreign, [&](const ForeignWord& one) {
    return one.word == word &&
           (one.needs == nullptr || command.get_option_no_throw(one.needs) != nullptr);
  });
  return found == foreign.end() ? std::string() : fmt::format("; {}", found->instead);
}

PlacedError unknown_word(const Argument& argument, const CLI::App& command, const char* kind,
                         const std::string& word, const std::string& hint) {
  return {
      at_origin(argument, fmt::format("{} has no {} '{}'{}", full_name(command), kind, word, hint)),
      CLI::ExitCodes::ExtrasError};
}

[[noreturn]] void refuse_command(const CLI::App& command, const Argument& argument) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands(nullptr)) names.push_back(sub->get_name());
  const bool is_first = command.get_parent() == nullptr;
  const std::span<const ForeignWord> foreign =
      is_first ? std::span<const ForeignWord>(kForeignCommands) : kForeignStoreCommands;
  throw unknown_word(argument, command, "command", argument.text,
                     instead(argument.text, command, foreign, names));
}

[[noreturn]] void refuse_option(const CLI::App& command, const Argument& argument,
                                const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) names.push_back(option->get_name());
  }
  throw unknown_word(argument, command, "option", word,
                     instead(word, command, kForeignOptions, names));
}

const CLI::App& command_of(const CLI::App& app, const Argument& argument) {
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    if (sub->get_name() == argument.text) return *sub;
  }
  refuse_command(app, argument);
}

}  // namespace

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + ' ' + command.get_name();
}

std::string at_origin(const Argument& argument, const std::string& message) {
  // The files that Bazel's rules write are nothing that their user knows.
  const layer::Position place = is_called_by_bazel() ? layer::Position() : argument.origin;
  return fmt::format("{}: error: {}", place.to_string(), message);
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
