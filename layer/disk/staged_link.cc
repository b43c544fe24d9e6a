// Follows staging links with readlink.
#include "layer/disk/staged_link.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>

#include "layer/base/error.h"

namespace layer {
namespace {

// A sandbox stages with one link; one of links to such a one has been seen nowhere.
constexpr int kMaxStagings = 8;

std::optional<std::string> link_text(const std::string& path) {
  std::array<char, PATH_MAX> text{};  // a link's text is shorter than PATH_MAX: symlink(2)
  const ssize_t size = readlink(path.c_str(), text.data(), text.size());
  if (size >= 0) return std::string(text.data(), static_cast<size_t>(size));
  if (errno == EINVAL || errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error(path, "cannot read link", errno);
}

// The path without "." components and the first '/'.
std::string plain(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (!result.empty()) result += '/';
    result += part;
  }
  return result;
}

// "/elsewhere/bin/x" for "bin/x".
bool is_staging(std::string_view text, std::string_view path) {
  return !path.empty() && text.starts_with('/') && text.size() > path.size() &&
         text.ends_with(path) && text[text.size() - path.size() - 1] == '/';
}

struct Unstaged {
  std::string path;
  std::optional<std::string> text;  // of the link there
};

Unstaged unstage(const std::string& path) {
  Unstaged at{path, link_text(path)};
  const std::string repeated = plain(path);
  for (int i = 0; i < kMaxStagings && at.text && is_staging(*at.text, repeated); ++i) {
    at.path = *std::exchange(at.text, std::nullopt);
    at.text = link_text(at.path);
  }
  return at;
}

}  // namespace

std::optional<std::string> unstaged_link_text(const std::string& path) {
  return unstage(path).text;
}

std::string unstaged_path(const std::string& path) {
  return unstage(path).path;
}

}  // namespace layer
