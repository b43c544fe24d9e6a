// Walks a tree artifact and the directories that staged links in it lead to.
#include "layer/read/expand_tree.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>

#include "layer/base/error.h"
#include "layer/disk/real_path.h"
#include "layer/read/target.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

bool is_at_or_below(std::string_view path, std::string_view directory) {
  return path == directory || directory == "/" ||
         (path.starts_with(directory) && path[directory.size()] == '/');
}

class TreeExpander {
 public:
  TreeExpander(std::string_view tree, const Origin& declared_at, TreeLinks links,
               StringArena& arena)
      : tree_(tree), declared_at_(declared_at), links_(links), arena_(arena) {}

  std::vector<Entry> run() {
    expand(std::string(tree_), {});
    const auto by_path = [](const Entry& a, const Entry& b) { return a.path < b.path; };
    if (!std::ranges::is_sorted(entries_, by_path)) std::ranges::sort(entries_, by_path);
    return std::move(entries_);
  }

 private:
  // Adds the entries below `directory`, with `prefix` before their paths.
  void expand(const std::string& directory, std::string_view prefix) {
    const std::vector<WalkedItem> items = walk(directory, WalkDetail::kTypes, arena_);
    std::vector<std::string_view> links;
    for (const WalkedItem& item : items) {
      if (is_followed(item)) links.push_back(behind(directory, item));
    }
    const std::vector<Target> targets = find_targets(links);
    auto target = targets.begin();
    for (const WalkedItem& item : items) {
      const std::string_view path = arena_.join(prefix, item.path);
      if (is_followed(item)) {
        add_staged(directory, item, path, *target++);
      } else {
        add_kept(directory, item, path);
      }
    }
  }

  bool is_followed(const WalkedItem& item) const {
    const bool is_any = links_ == TreeLinks::kFollowed && item.type == DiskType::kSymlink;
    return is_any || item.link.starts_with('/');
  }

  // The path to open for what a link leads to.
  std::string_view behind(const std::string& directory, const WalkedItem& item) {
    return links_ == TreeLinks::kFollowed ? arena_.join(directory, item.path) : item.link;
  }

  void add(std::string_view path, EntryKind kind, std::string_view content) {
    entries_.push_back({.path = path, .content = content, .origin = declared_at_, .kind = kind});
  }

  void add_kept(const std::string& directory, const WalkedItem& item, std::string_view path) {
    switch (item.type) {
      case DiskType::kFile:
        return add(path, EntryKind::kFile, arena_.join(directory, item.path));
      case DiskType::kSymlink:
        return add(path, EntryKind::kSymlink, item.link);
      case DiskType::kDirectory:
        if (item.is_empty) add_empty_directory(path);
        return;
      case DiskType::kOther:
        throw fault(path,
                    "is a socket, a pipe or a device: expected a file, a link or a directory");
    }
  }

  void add_empty_directory(std::string_view path) {
    if (links_ == TreeLinks::kKept) add(path, EntryKind::kDirectory, {});
  }

  void add_staged(const std::string& directory, const WalkedItem& item, std::string_view path,
                  const Target& target) {
    if (const std::string why = target.fault(); !why.empty()) {
      throw fault(path, fmt::format("links to '{}', which {}", item.link, why));
    }
    if (target.type == TargetType::kFile) {
      return add(path, EntryKind::kFile, behind(directory, item));
    }
    follow(directory, item, path);
  }

  void follow(const std::string& directory, const WalkedItem& item, std::string_view path) {
    if (places_.size() == kMaxNestedLinks) {
      throw fault(
          path,
          fmt::format("links to '{}': links to directories are nested more than {} levels deep",
                      item.link, kMaxNestedLinks));
    }
    const size_t slash = item.path.rfind('/');
    const std::string_view parent =
        slash == std::string_view::npos ? std::string_view() : item.path.substr(0, slash);
    places_.push_back(
        real_path(parent.empty() ? directory : directory + "/" + std::string(parent)));
    const std::string next(behind(directory, item));
    const std::string target = real_path(next);
    for (const std::string& place : places_) {
      if (!is_at_or_below(place, target)) continue;
      throw fault(path, fmt::format("links to '{}', which holds the link itself", item.link));
    }
    const size_t count = entries_.size();
    expand(next, path);
    if (entries_.size() == count) add_empty_directory(path);
    places_.pop_back();
  }

  Error fault(std::string_view path, const std::string& what) const {
    return {declared_at_.position(),
            fmt::format("'{}' in tree artifact '{}' {}", path, tree_, what)};
  }

  const std::string_view tree_;
  const Origin declared_at_;
  const TreeLinks links_;
  StringArena& arena_;
  std::vector<std::string>
      places_;  // real directories of the links being followed, outermost first
  std::vector<Entry> entries_;
};

}  // namespace

std::vector<Entry> expand_tree(std::string_view directory, const Origin& declared_at,
                               TreeLinks links, StringArena& arena) {
  return TreeExpander(directory, declared_at, links, arena).run();
}

void add_tree(const Entry& tree, TreeLinks links, Runfiles& runfiles, StringArena& arena) {
  if (runfiles.tree_artifacts.contains(tree.content)) return;
  runfiles.tree_artifacts.emplace(tree.content,
                                  expand_tree(tree.content, tree.origin, links, arena));
}

}  // namespace layer
