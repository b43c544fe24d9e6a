// Searches texts for each directory by itself: there are few.
#include "layer/python/moved_paths.h"

#include <algorithm>
#include <utility>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

// Whether a file's name may hold the character and usually does.
bool is_in_names(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-.+~@").find(c) != std::string_view::npos;
}

// "file:///home" holds the path "/home", "/srv/home" does not.
bool may_begin(std::string_view text, size_t at) {
  if (at == 0) return true;
  if (text[at - 1] != '/') return !is_in_names(text[at - 1]);
  return text.substr(0, at).ends_with("://");
}

}  // namespace

MovedPaths::MovedPaths(std::vector<MovedPath> moves) : moves_(std::move(moves)) {
  std::erase_if(moves_, [](const MovedPath& move) { return move.from.size() < 2; });
  std::ranges::stable_sort(
      moves_, [](const MovedPath& a, const MovedPath& b) { return a.from.size() > b.from.size(); });
}

std::optional<std::string> MovedPaths::find(std::string_view path) const {
  for (const MovedPath& move : moves_) {
    if (path == move.from) return move.to.empty() ? "/" : move.to;
    if (is_below(path, move.from)) return move.to + std::string(path.substr(move.from.size()));
  }
  return std::nullopt;
}

std::optional<std::string> MovedPaths::find_below(std::string_view path) const {
  const auto outermost = std::find_if(moves_.rbegin(), moves_.rend(), [&](const MovedPath& move) {
    return is_below(move.from, path);
  });
  return outermost == moves_.rend() ? std::nullopt : std::optional(outermost->to);
}

MovedPaths::Found MovedPaths::find_in(std::string_view text, size_t begin) const {
  Found first;
  for (const MovedPath& move : moves_) {
    for (size_t at = text.find(move.from, begin); at < first.at;
         at = text.find(move.from, at + 1)) {
      const size_t end = at + move.from.size();
      if (!may_begin(text, at) || (end < text.size() && is_in_names(text[end]))) continue;
      first = {at, &move};
      break;
    }
  }
  return first;
}

std::string MovedPaths::replace_in(std::string_view text) const {
  std::string result;
  size_t done = 0;
  for (Found found = find_in(text, 0); found.move != nullptr; found = find_in(text, done)) {
    result += text.substr(done, found.at - done);
    result += found.move->to;
    done = found.at + found.move->from.size();
  }
  return result += text.substr(done);
}

}  // namespace layer
