// Prints the help of a command, and which version of what makes the bytes.
#include "cmd/about.h"

#include <fmt/ranges.h>
#include <gnu/libc-version.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cmd/command_json.h"
#include "cmd/report/messages.h"
#include "cmd/tar/tar.h"
#include "cmd/words/known_words.h"
#include "layer/base/json.h"
#include "layer/write/codec_library.h"

namespace cmd {
namespace {

std::string help_of(const CLI::App& command, const std::string& name) {
  return command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

// `words` name a command, or a command of it: "store gc".
void print_help(const CLI::App& app, const std::vector<std::string>& words, bool as_json) {
  if (!as_json && !words.empty() && words.front() == kTarCommand) return run_tar({"--help"});
  const CLI::App* command = &app;
  std::string name = app.get_name();
  for (const std::string& word : words) {
    command = &find_command(*command, word);
    name += ' ' + word;
  }
  if (!as_json) return print_to(stdout, help_of(*command, name));
  layer::Json report = command_json(*command);
  report["version"] = VENEER_VERSION;
  print_to(stdout, layer::dump_report(report));
}

std::string library_of(layer::Codec codec) {
  return layer::codec_library({codec, layer::default_level(codec)});
}

// What is linked into this program: name and version. Empty if libraries are loaded.
std::vector<std::pair<std::string, std::string>> linked_libraries() {
  std::vector<std::pair<std::string, std::string>> libraries;
  std::istringstream texts(VENEER_LIBRARIES);
  for (std::string text; std::getline(texts, text, ',');) {
    const size_t space = text.find(' ');
    libraries.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
  if (libraries.empty()) return libraries;
  libraries.emplace_back("glibc", gnu_get_libc_version());
  libraries.emplace_back("gcc", __VERSION__);
  return libraries;
}

void print_version(bool as_json) {
  const std::string gzip = library_of(layer::Codec::kGzip);
  const std::string zstd = library_of(layer::Codec::kZstd);
  if (as_json) {
    layer::Json report = {{"version", VENEER_VERSION},
                          {"codecs", {{"gzip", gzip}, {"zstd", zstd}}},
                          {"libraries", layer::Json::object()}};
    for (const auto& [name, version] : linked_libraries()) report["libraries"][name] = version;
    return print_to(stdout, layer::dump_report(report));
  }
  print_line(stdout, "veneer " VENEER_VERSION);
  print_line(stdout, fmt::format("gzip by {}, zstd by {}", gzip, zstd));
  std::vector<std::string> linked;
  for (const auto& [name, version] : linked_libraries())
    linked.push_back(fmt::format("{} {}", name, version));
  if (!linked.empty()) print_line(stdout, fmt::format("static, of {}", fmt::join(linked, ", ")));
}

}  // namespace

void add_help_command(CLI::App& app) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("help", "Show the help of a command");
  const auto as_json = std::make_shared<bool>(false);
  command->add_option("COMMAND", *words, "The command (default: all of them)");
  command->add_flag("--json", *as_json,
                    "Print the commands and their options as JSON; docs/help.schema.json is its "
                    "schema");
  command->callback([&app, words, as_json] { print_help(app, *words, *as_json); });
}

void add_version_command(CLI::App& app) {
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("version", "Show the version, and those of the compression libraries");
  command->add_flag("--json", *as_json, "Print JSON");
  command->callback([as_json] { print_version(*as_json); });
}

}  // namespace cmd
