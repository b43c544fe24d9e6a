// Replaces the options that a message names by attributes, in one place for all messages.
#include "cmd/report/caller.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace cmd {
namespace {

enum class ValueForm : uint8_t { kText, kRaw };

// An option, and the attribute of the rules that it is made from.
struct AttributeName {
  std::string_view option;
  std::string_view attribute;
  ValueForm form = ValueForm::kText;
};

// Sorted by option. docs/bazel_rules.md has the attributes.
constexpr std::array kAttributeNames{
    AttributeName{"--annotation", "annotations"},
    AttributeName{"--author", "author"},
    AttributeName{"--base", "base"},
    AttributeName{"--check", "check"},
    AttributeName{"--chmod", "chmod"},
    AttributeName{"--chown", "chown"},
    AttributeName{"--cmd", "cmd", ValueForm::kRaw},
    AttributeName{"--compression", "compression"},
    AttributeName{"--content-links", "content_links"},
    AttributeName{"--created", "created"},
    AttributeName{"--create-user", "create_user"},
    AttributeName{"--entrypoint", "entrypoint", ValueForm::kRaw},
    AttributeName{"--env", "env"},
    AttributeName{"--expose", "exposed_ports"},
    AttributeName{"--keep", "keep"},
    AttributeName{"--label", "labels"},
    AttributeName{"--layer", "layers"},
    AttributeName{"--level", "level", ValueForm::kRaw},
    AttributeName{"--max-entries", "max_entries", ValueForm::kRaw},
    AttributeName{"--max-layers", "package_layers", ValueForm::kRaw},
    AttributeName{"--max-temporary", "max_temporary"},
    AttributeName{"--max-unpacked", "max_unpacked"},
    AttributeName{"--mtime", "mtime", ValueForm::kRaw},
    AttributeName{"--name", "program_name"},
    AttributeName{"--output", "tag"},
    AttributeName{"--platform", "platform"},
    AttributeName{"--prefix", "prefix"},
    AttributeName{"--prioritize", "prioritize"},
    AttributeName{"--pyc", "pyc"},
    AttributeName{"--pyc-python", "pyc_python"},
    AttributeName{"--runfiles-layout", "runfiles_layout"},
    AttributeName{"--shared-root", "shared_root"},
    AttributeName{"--stop-signal", "stop_signal"},
    AttributeName{"--user", "user"},
    AttributeName{"--venv-link", "venv_link", ValueForm::kRaw},
    AttributeName{"--volume", "volumes"},
    AttributeName{"--workdir", "workdir"},
};

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

const AttributeName* find_attribute(std::string_view option) {
  const auto* const found =
      std::ranges::lower_bound(kAttributeNames, option, {}, &AttributeName::option);
  return found == kAttributeNames.end() || found->option != option ? nullptr : &*found;
}

// Where a text that begins with `'` ends, behind its closing quote; 0 if nothing closes it.
size_t end_of_quoted(std::string_view text) {
  for (size_t at = 1; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '\'' && (at + 1 == text.size() || !is_word_character(text[at + 1])))
      return at + 1;
  }
  return 0;
}

// The value that follows an option's '='.
std::string_view value_behind(std::string_view text) {
  if (text.starts_with('\'')) return text.substr(0, end_of_quoted(text));
  std::string_view value = text.substr(0, text.find_first_of(" \n"));
  while (!value.empty() && std::string_view(",;:)?").find(value.back()) != std::string_view::npos) {
    value.remove_suffix(1);
  }
  return value;
}

std::string as_attribute(const AttributeName& name, std::string_view value) {
  if (value.empty()) return fmt::format("`{}`", name.attribute);
  if (value.starts_with('\'') && value.size() > 1) value = value.substr(1, value.size() - 2);
  return name.form == ValueForm::kRaw ? fmt::format("`{} = {}`", name.attribute, value)
                                      : fmt::format("`{} = \"{}\"`", name.attribute, value);
}

std::string in_attributes(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const bool is_start = at == 0 || !is_word_character(text[at - 1]);
    const size_t quoted = is_start && rest.starts_with('\'') ? end_of_quoted(rest) : 0;
    size_t length = quoted == 0 ? 1 : quoted;
    const AttributeName* name = nullptr;
    if (is_start && rest.starts_with("--")) {
      length =
          static_cast<size_t>(std::ranges::find_if_not(rest, is_word_character) - rest.begin());
      name = find_attribute(rest.substr(0, length));
    }
    if (name == nullptr) {
      result += rest.substr(0, length);
    } else {
      const bool has_value = rest.substr(length).starts_with('=');
      const std::string_view value =
          has_value ? value_behind(rest.substr(length + 1)) : std::string_view();
      result += as_attribute(*name, value);
      length += value.empty() ? 0 : value.size() + 1;
    }
    at += length;
  }
  return result;
}

}  // namespace

bool is_called_by_bazel() {
  const char* const caller =
      std::getenv("VENEER_CALLER");  // NOLINT(concurrency-mt-unsafe): nothing sets any
  return caller != nullptr && std::string_view(caller) == "bazel";
}

std::string in_words_of_caller(const std::string& text) {
  return is_called_by_bazel() ? in_attributes(text) : text;
}

}  // namespace cmd
