// Takes repository names apart by the conventions of the rules that make them.
#include "layer/plan/package_name.h"

#include <algorithm>
#include <vector>

#include "layer/base/ascii.h"
#include "layer/model/runfiles_path.h"
#include "layer/model/venv.h"

namespace layer {
namespace {

bool is_all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// A wheel's python tag ("cp313", "py3", "pp310"), or what takes its place for a source archive.
bool is_wheel_tag(std::string_view token) {
  if (token == "sdist") return true;
  for (const std::string_view implementation : {"cp", "py", "pp"}) {
    if (token.starts_with(implementation) && is_all_digits(token.substr(2))) return true;
  }
  return false;
}

// "39", "313": a version of Python as rules_python writes it after a hub's name.
bool is_python_version(std::string_view token) {
  return is_all_digits(token) && (token.size() == 2 || token.size() == 3) && token.front() == '3';
}

// At least seven hexadecimal digits, a decimal one among them.
bool is_hash(std::string_view token) {
  return token.size() >= 7 && std::any_of(token.begin(), token.end(), is_digit) &&
         std::all_of(token.begin(), token.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

constexpr std::string_view kExtensionMarks =
    "+~";  // part a module extension's name from its repository's

// Where a version of two numbers or more begins, with what parts it from the name: "-1.0.203",
// "_31_1", "~20240116.2", "__v4.17"; the text's size when there is none.
size_t version_start(std::string_view text) {
  constexpr std::string_view kSeparators = "-_.~+@";
  constexpr std::string_view kInside = "._";
  for (size_t at = text.find_first_of(kSeparators); at < text.size();
       at = text.find_first_of(kSeparators, at + 1)) {
    size_t number = std::min(text.find_first_not_of(kSeparators, at), text.size());
    if (number < text.size() && text[number] == 'v') ++number;
    const size_t end = std::min(text.find_first_not_of("0123456789", number), text.size());
    if (end > number && end + 1 < text.size() && kInside.find(text[end]) != kInside.npos &&
        is_digit(text[end + 1])) {
      return at;
    }
  }
  return text.size();
}

// The repository's own part of a canonical name, and without its version: what follows the last
// mark, unless that is nothing or a version ("abseil-cpp~20240116.2").
std::string_view own_name(std::string_view repository) {
  size_t mark = repository.find_last_of(kExtensionMarks);
  if (mark == std::string_view::npos || mark + 1 == repository.size()) return repository;
  if (version_start(repository.substr(mark)) == 0) {
    repository = repository.substr(0, mark);
    mark = repository.find_last_of(kExtensionMarks);
  }
  const std::string_view own = mark == std::string_view::npos || mark + 1 == repository.size()
                                   ? repository
                                   : repository.substr(mark + 1);
  return own.substr(0, version_start(own));
}

std::vector<std::string_view> split_tokens(std::string_view name) {
  std::vector<std::string_view> tokens;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('_', begin), name.size());
    if (end > begin) tokens.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return tokens;
}

// How many tokens a hub puts before the package's name: "pypi_313_", "pip_", "my_deps_311_".
size_t hub_size(const std::vector<std::string_view>& tokens) {
  for (size_t i = 1; i + 1 < tokens.size() && !is_wheel_tag(tokens[i]); ++i) {
    if (is_python_version(tokens[i])) return i + 1;
  }
  return tokens.size() > 1 && (tokens[0] == "pypi" || tokens[0] == "pip") ? 1 : 0;
}

}  // namespace

std::string_view repository_of(const FileTree& tree, const TarEntry& planned) {
  if (planned.tree_entry >= tree.entries.size())
    return split_runfiles_path(planned.path).repository;
  const Entry& entry = tree.entries[planned.tree_entry];
  return entry.repository().empty() ? split_runfiles_path(entry.path).repository
                                    : entry.repository();
}

std::string package_name(std::string_view repository) {
  if (const std::string_view package = package_of_venv(repository); !package.empty()) {
    return std::string(package);
  }
  const std::vector<std::string_view> tokens = split_tokens(own_name(repository));
  const size_t first = hub_size(tokens);
  size_t last = std::min(first + 1, tokens.size());
  while (last < tokens.size() && !is_wheel_tag(tokens[last]) && !is_hash(tokens[last])) ++last;
  std::string result;
  for (size_t i = first; i < last; ++i) {
    if (i > first) result += '_';
    result += tokens[i];
  }
  return result.empty() ? std::string(repository) : result;
}

}  // namespace layer
