// Goes line by line; what each key becomes is a table.
#include "layer/python/venv_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "layer/model/file_tree.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

struct Setting {
  std::string key;
  std::string_view value;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::optional<Setting> setting_of(std::string_view line) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Setting setting{std::string(trimmed(line.substr(0, equals))), trimmed(line.substr(equals + 1))};
  for (char& c : setting.key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return setting;
}

// "venv" of "/usr/bin/python3 -m venv --clear /home/u/.venv".
std::string_view module_of(std::string_view command) {
  constexpr std::string_view kModule = " -m ";
  const size_t at = command.find(kModule);
  if (at == std::string_view::npos) return "venv";
  command.remove_prefix(at + kModule.size());
  return command.substr(0, command.find(' '));
}

// The value at the other place; no value: it is the same there. The keys with "base-" are
// virtualenv's.
std::optional<std::string> moved_value(const Setting& setting, const VenvAddress& to) {
  const std::string& key = setting.key;
  const std::string home(parent_path(to.interpreter));
  const std::string prefix(parent_path(home));
  if (key == "home") return home.empty() ? "/" : home;
  if (key == "executable" || key == "base-executable") return to.interpreter;
  if (key == "base-prefix" || key == "base-exec-prefix") return prefix.empty() ? "/" : prefix;
  if (key == "command") {
    return fmt::format("{} -m {} {}", to.interpreter, module_of(setting.value), to.directory);
  }
  return std::nullopt;
}

}  // namespace

std::string_view venv_setting(std::string_view config, std::string_view key) {
  Lines lines(config);
  while (lines.next()) {
    const std::optional<Setting> setting = setting_of(lines.line());
    if (setting && setting->key == key) return setting->value;
  }
  return {};
}

std::string moved_config(std::string_view config, const VenvAddress& to) {
  std::string result;
  Lines lines(config);
  while (lines.next()) {
    const std::optional<Setting> setting = setting_of(lines.line());
    const std::optional<std::string> moved = setting ? moved_value(*setting, to) : std::nullopt;
    result += moved ? fmt::format("{} = {}", setting->key, *moved) : std::string(lines.line());
    result += '\n';
  }
  return result;
}

}  // namespace layer
