// Prints the help of a command, and which version of what makes the bytes.
#include "cmd/about.h"

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cmd/options/known_words.h"
#include "cmd/report/messages.h"
#include "cmd/tar/tar.h"
#include "layer/base/json.h"
#include "layer/write/codec_library.h"

namespace cmd {
namespace {

std::string help_of(const CLI::App& command, const std::string& name) {
  return command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

// `words` name a command, or a command of it: "store gc".
void print_help(const CLI::App& app, const std::vector<std::string>& words) {
  if (!words.empty() && words.front() == "tar") return run_tar({"--help"});
  const CLI::App* command = &app;
  std::string name = app.get_name();
  for (const std::string& word : words) {
    command = &find_command(*command, word);
    name += ' ' + word;
  }
  print_to(stdout, help_of(*command, name));
}

std::string library_of(layer::Codec codec) {
  return layer::codec_library({codec, layer::default_level(codec)});
}

void print_version(bool as_json) {
  const std::string gzip = library_of(layer::Codec::kGzip);
  const std::string zstd = library_of(layer::Codec::kZstd);
  if (as_json) {
    return print_to(stdout, layer::dump_report({{"version", VENEER_VERSION},
                                                {"codecs", {{"gzip", gzip}, {"zstd", zstd}}}}));
  }
  print_line(stdout, "veneer " VENEER_VERSION);
  print_line(stdout, fmt::format("gzip by {}, zstd by {}", gzip, zstd));
}

}  // namespace

void add_help_command(CLI::App& app) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("help", "Show the help of a command");
  command->add_option("COMMAND", *words, "The command (default: all of them)");
  command->callback([&app, words] { print_help(app, *words); });
}

void add_version_command(CLI::App& app) {
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("version", "Show the version, and those of the compression libraries");
  command->add_flag("--json", *as_json, "Print JSON");
  command->callback([as_json] { print_version(*as_json); });
}

}  // namespace cmd
