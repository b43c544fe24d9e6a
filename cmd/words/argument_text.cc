// Checks the arguments before they are parsed, so that one place serves all options.
#include "cmd/words/argument_text.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "cmd/words/known_words.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

// Their values name files of this machine that are read, or the store.
constexpr std::array<std::string_view, 12> kFileOptions{"--app",
                                                        "--layer-lock",
                                                        "--mtree",
                                                        "--plan",
                                                        "--project",
                                                        "--runfiles",
                                                        "--runfiles-manifest",
                                                        "--site-packages",
                                                        "--spec",
                                                        "--store",
                                                        "--tree",
                                                        "--venv"};

// The option that an argument is a value of, as it is spelt; empty for one that stands by itself.
std::string option_of_argument(const std::vector<Argument>& arguments, size_t index) {
  const std::string& argument = arguments[index].text;
  if (argument.starts_with("--")) return argument.substr(0, argument.find('='));
  if (argument.starts_with('-')) return argument.substr(0, 2);
  if (index == 0 || !arguments[index - 1].text.starts_with('-')) return {};
  return arguments[index - 1].text;
}

}  // namespace

void check_arguments_are_text(const std::vector<Argument>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (layer::is_utf8(arguments[i].text)) continue;
    const std::string option = option_of_argument(arguments, i);
    const bool is_file = option.empty() || std::ranges::binary_search(kFileOptions, option);
    if (is_file) continue;
    std::string value = arguments[i].text;
    if (value.starts_with(option))
      value.erase(0, option.size() + (value[option.size()] == '=' ? 1 : 0));
    const std::string message = fmt::format(
        "{}: '{}' is not UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8` converts it",
        layer::with_escaped_bytes(option), layer::with_escaped_bytes(value));
    throw PlacedError(at_origin(arguments[i], message), CLI::ExitCodes::ValidationError);
  }
}

}  // namespace cmd
