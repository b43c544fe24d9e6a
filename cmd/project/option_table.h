// What a project file may say: the options of a sub-command, as the command line has them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cmd {

// The TOML type of an option's value, or of each of them.
enum class ValueForm : uint8_t { kFlag, kInteger, kSize, kText };
// What a relative path of a value is relative to, if it is one of this machine.
enum class PathForm : uint8_t { kNone, kPath, kImage };
// What more than one place that gives the option comes to.
enum class Merging : uint8_t { kReplaced, kAdded };

struct OptionKey {
  std::string key;  // the long name, without "--"; of a positional argument its name in lower case
  CLI::Option* option = nullptr;
  ValueForm form = ValueForm::kText;
  bool is_repeatable = false;
  PathForm path = PathForm::kNone;
  Merging merging = Merging::kReplaced;
};

// Of every option of the command that may be configured (CLI11 keeps --help out), in its order.
// All is taken from how the option is declared, such as the name of its type.
std::vector<OptionKey> option_keys(CLI::App& command);

// The words that the option takes, if its type is such a list: "on|off".
std::vector<std::string_view> words_of_type(std::string_view type);

// "an array of strings".
std::string expected_type(const OptionKey& key);

}  // namespace cmd
