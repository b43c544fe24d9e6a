// Searches a text for each directory by itself, once: there are few.
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

// Where a text holds the directory first, from `begin` on; npos if it does not.
size_t find_directory(std::string_view text, const std::string& directory, size_t begin) {
  size_t at = text.find(directory, begin);
  for (; at != std::string_view::npos; at = text.find(directory, at + 1)) {
    const size_t end = at + directory.size();
    if (may_begin(text, at) && (end == text.size() || !is_in_names(text[end]))) break;
  }
  return at;
}

struct FoundMove {
  size_t at = std::string_view::npos;
  const MovedPath* move = nullptr;
};

// Goes through a text, and remembers where each directory comes next, or that it does not: a search
// for each path that is found would be quadratic.
class MoveSearch {
 public:
  MoveSearch(const std::vector<MovedPath>& moves, std::string_view text)
      : moves_(moves), text_(text), next_(moves.size()) {
    for (size_t i = 0; i < moves.size(); ++i) next_[i] = find_directory(text, moves[i].from, 0);
  }

  // The first path from `begin` on, which is no less than at the call before. The longest directory
  // of those at one place.
  FoundMove next(size_t begin) {
    FoundMove first;
    for (size_t i = 0; i < moves_.size(); ++i) {
      if (next_[i] < begin) next_[i] = find_directory(text_, moves_[i].from, begin);
      if (next_[i] < first.at) first = {next_[i], &moves_[i]};
    }
    return first;
  }

 private:
  const std::vector<MovedPath>& moves_;  // the longest first
  const std::string_view text_;
  std::vector<size_t> next_;  // by move
};

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

std::string MovedPaths::replace_in(std::string_view text) const {
  std::string result;
  size_t done = 0;
  MoveSearch search(moves_, text);
  for (FoundMove found = search.next(0); found.move != nullptr; found = search.next(done)) {
    result += text.substr(done, found.at - done);
    result += found.move->to;
    done = found.at + found.move->from.size();
  }
  return result += text.substr(done);
}

size_t MovedPaths::first_in(std::string_view text) const {
  return MoveSearch(moves_, text).next(0).at;
}

}  // namespace layer
