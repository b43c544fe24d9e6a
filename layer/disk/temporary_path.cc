// Begins all names alike, with the process's id.
#include "layer/disk/temporary_path.h"

#include <fmt/core.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX's
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "layer/base/error.h"

namespace layer {
namespace {

constexpr std::string_view kDirectoryMark = "dir-";
constexpr std::string_view kChosenByMkdtemp = "XXXXXX";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::string beginning_of_temporary(const std::string& directory) {
  return fmt::format("{}/{}{}-", directory, kTemporaryStart, getpid());
}

}  // namespace

std::string temporary_path(const std::string& directory, unsigned number) {
  return beginning_of_temporary(directory) + std::to_string(number);
}

TemporaryName make_temporary_directory(const std::string& directory, const std::string& place,
                                       std::string_view what_fails) {
  const Undisturbed section;
  std::string path =
      fmt::format("{}{}{}", beginning_of_temporary(directory), kDirectoryMark, kChosenByMkdtemp);
  if (mkdtemp(path.data()) == nullptr) throw system_error(place, what_fails, errno);
  return TemporaryName(std::move(path), TemporaryKind::kTree);
}

bool is_temporary_name(std::string_view name) {
  if (!name.starts_with(kTemporaryStart)) return false;
  name.remove_prefix(kTemporaryStart.size());
  const size_t dash = name.find('-');
  if (dash == name.npos || !is_number(name.substr(0, dash))) return false;
  std::string_view rest = name.substr(dash + 1);
  if (is_number(rest)) return true;
  if (!rest.starts_with(kDirectoryMark)) return false;
  rest.remove_prefix(kDirectoryMark.size());
  return rest.size() == kChosenByMkdtemp.size() && std::ranges::all_of(rest, is_letter_or_digit);
}

}  // namespace layer
