// Takes a path apart, component by component, and pushes the texts of links before what is left.
#include "layer/model/path_walk.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/limits.h"
#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"
#include "layer/model/walk_limit.h"

namespace layer {
namespace {

// What of a path is still to be walked. Components are taken off one by one: a walk may end at the
// first of thousands.
class Pending {
 public:
  // What is pushed is walked before what was there.
  void push(std::string text) {
    texts_.push_back({std::move(text)});
    pass_slashes();
  }
  bool is_empty() const { return texts_.empty(); }
  // The next component.
  std::string take() {
    Text& next = texts_.back();
    const size_t end = std::min(next.text.find('/', next.at), next.text.size());
    std::string component = next.text.substr(next.at, end - next.at);
    next.at = end;
    pass_slashes();
    return component;
  }
  // All that is left behind this component.
  std::string behind(std::string path) const {
    for (auto next = texts_.rbegin(); next != texts_.rend(); ++next) {
      std::string_view left = std::string_view(next->text).substr(next->at);
      while (!left.empty()) {
        const std::string_view component = left.substr(0, left.find('/'));
        left.remove_prefix(std::min(component.size() + 1, left.size()));
        if (component.empty()) continue;
        if (!path.empty()) path += '/';
        path += component;
      }
    }
    return path;
  }

 private:
  struct Text {
    std::string text;
    size_t at = 0;  // a component begins there
  };

  void pass_slashes() {
    while (!texts_.empty()) {
      Text& next = texts_.back();
      next.at = std::min(next.text.find_first_not_of('/', next.at), next.text.size());
      if (next.at < next.text.size()) return;
      texts_.pop_back();
    }
  }

  std::vector<Text> texts_;  // the next one last
};

PathEnd stopped(PathEnd at, ResolveFault fault, std::string rest) {
  at.rest = std::move(rest);
  at.kind = std::nullopt;
  at.fault = fault;
  return at;
}

// Goes without a limit, and adds to `cost`.
PathEnd walk(std::string_view path, FinalLink final, const FindWaypoint& find, uint64_t& cost) {
  PathEnd result;
  Pending rest;
  const auto push = [&](std::string text) {
    cost += text.size();
    rest.push(std::move(text));
  };
  // A component has been walked, so its parents are directories.
  const auto go_to_directory = [&](std::string_view directory) {
    result.path = std::string(directory);
    result.kind = directory.empty() ? std::nullopt : std::optional(NodeKind::kDirectory);
  };
  push(std::string(path));
  while (!rest.is_empty()) {
    const std::string component = rest.take();
    cost += walk_cost(result.path);
    if (result.kind && result.kind != NodeKind::kDirectory) {
      return stopped(std::move(result), ResolveFault::kNotDirectory, rest.behind(component));
    }
    if (component == ".") continue;
    if (component == "..") {
      result.left_root = result.left_root || result.path.empty();
      go_to_directory(parent_path(std::string(result.path)));
      continue;
    }
    const std::string parent = result.path;
    if (!parent.empty()) result.path += '/';
    result.path += component;
    const std::optional<Waypoint> found = find(result.path);
    if (!found) return stopped(std::move(result), ResolveFault::kMissing, rest.behind({}));
    result.kind = found->kind;
    if (found->kind != NodeKind::kSymlink || (rest.is_empty() && final == FinalLink::kKeep)) {
      continue;
    }
    if (++result.links > kMaxLinksFollowed) {
      return stopped(std::move(result), ResolveFault::kLoop, rest.behind({}));
    }
    push(found->link.to_string());
    go_to_directory(found->link.is_absolute() ? std::string_view() : parent);
  }
  return result;
}

}  // namespace

PathEnd walk_path(std::string_view path, FinalLink final, const FindWaypoint& find,
                  WalkedSoFar& walked, uint64_t nodes) {
  uint64_t cost = 0;
  PathEnd end = walk(path, final, find, cost);
  const uint64_t limit = walk_limit(nodes);
  if (walked.fetch_add(cost, std::memory_order_relaxed) + cost <= limit) return end;
  throw Error({shown_path(path)},
              fmt::format("the links on the way to this and other paths lead through more than {} "
                          "of folders' names",
                          limit_text(limit)));
}

}  // namespace layer
