// Reads the declarations of options: the names of types say what values are.
#include "cmd/project/option_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace cmd {
namespace {

std::string key_of_option(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return option.get_lnames().front();
  std::string name = option.get_name();
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

ValueForm form_of(const CLI::Option& option, std::string_view type) {
  if (option.get_items_expected_max() == 0) return ValueForm::kFlag;
  if (type == "N" || type == "SECONDS") return ValueForm::kInteger;
  return type == "SIZE" ? ValueForm::kSize : ValueForm::kText;
}

// PATH is a path of the image.
PathForm path_of(std::string_view type) {
  if (type == "IMAGE") return PathForm::kImage;
  const bool is_path =
      type.starts_with("FILE") || type.starts_with("DIR") || type.starts_with("SRC");
  return is_path ? PathForm::kPath : PathForm::kNone;
}

const char* name_of_form(ValueForm form, bool is_plural) {
  switch (form) {
    case ValueForm::kFlag:
      return "true or false";
    case ValueForm::kInteger:
      return is_plural ? "integers" : "an integer";
    case ValueForm::kSize:
      return is_plural ? "sizes" : "an integer, or a string such as \"10MiB\"";
    case ValueForm::kText:
      return is_plural ? "strings" : "a string";
  }
  return "";
}

}  // namespace

std::vector<OptionKey> option_keys(CLI::App& command) {
  std::vector<OptionKey> keys;
  for (CLI::Option* option : command.get_options()) {
    if (!option->get_configurable()) continue;
    const std::string type = option->get_type_name();
    OptionKey& key = keys.emplace_back();
    key.key = key_of_option(*option);
    key.option = option;
    key.form = form_of(*option, type);
    key.is_repeatable = option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    key.path = path_of(type);
    key.merging = type == "KEY=VALUE" ? Merging::kAdded : Merging::kReplaced;
  }
  return keys;
}

std::vector<std::string_view> words_of_type(std::string_view type) {
  std::vector<std::string_view> words;
  if (type.find('|') == std::string_view::npos) return words;
  for (size_t begin = 0; begin <= type.size();) {
    const size_t end = std::min(type.find('|', begin), type.size());
    words.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::string expected_type(const OptionKey& key) {
  const char* const name = name_of_form(key.form, key.is_repeatable);
  return key.is_repeatable ? fmt::format("an array of {}", name) : name;
}

}  // namespace cmd
