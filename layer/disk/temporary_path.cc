// Begins all names alike, with the process's id.
#include "layer/disk/temporary_path.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX's
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/stale_temporaries.h"

namespace layer {
namespace {

constexpr mode_t kOwnerOnly = 0700;
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
  remove_stale_temporaries(directory);
  const Undisturbed section;
  std::string path =
      fmt::format("{}{}{}", beginning_of_temporary(directory), kDirectoryMark, kChosenByMkdtemp);
  if (mkdtemp(path.data()) == nullptr) throw system_error(place, what_fails, errno);
  // A umask may take even from its owner what mkdtemp(3) gives.
  FileHandle lock;
  if (chmod(path.c_str(), kOwnerOnly) == 0) lock = try_open(path, O_RDONLY | O_DIRECTORY);
  if (!lock) {
    const int error_number = errno;
    rmdir(path.c_str());
    throw system_error(place, what_fails, error_number);
  }
  if (!hold_temporary(lock.get(), Holding::kAlone)) {
    return TemporaryName(std::move(path), TemporaryKind::kTree);
  }
  return TemporaryName(std::move(path), std::move(lock));
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
