// Finds out what stays where it is; then one pass writes the new tree in order.
#include "layer/place/venv_layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "layer/base/glob.h"
#include "layer/base/nearest_names.h"
#include "layer/model/entry_walk.h"
#include "layer/model/runfiles_path.h"
#include "layer/place/links.h"

namespace layer {
namespace {

// What becomes of one entry of the tree.
struct Move {
  std::string_view first_place;  // where the virtual environment shows it; empty: nowhere
  uint32_t places = 0;           // where it will be, its own path not counted
  bool is_venv_link = false;     // its place shows a wheel's file or directory
  bool is_kept = false;          // a wheel's path that stays although the venv shows it
};

class Mover {
 public:
  Mover(const FileTree& tree, const std::vector<FileFacts>& facts, const VenvLinks& links,
        StringArena& arena)
      : tree_(tree),
        facts_(facts),
        links_(links),
        walk_(tree.entries),
        arena_(arena),
        moves_(tree.entries.size()) {
    for (const VenvLink& link : links_.links) mark_shown(link);
  }

  void keep_mentioned(const std::vector<Mention>& mentions, VenvLayout& layout);
  void keep_matching(const std::vector<std::string>& globs, Diagnostics& found);
  void run(VenvLayout& layout);

 private:
  size_t index_of(const Entry& entry) const {
    return static_cast<size_t>(&entry - tree_.entries.data());
  }
  bool is_dropped(size_t entry) const {
    return !moves_[entry].first_place.empty() && !moves_[entry].is_kept;
  }
  void mark_shown(const VenvLink& link);
  bool keep(std::string_view path);
  void keep_link_targets(const EntryWalk& moved);
  bool keep_what_links_lost(const VenvLayout& layout);
  void write_tree(VenvLayout& layout);
  void write_link(const VenvLink& link, VenvLayout& layout);
  std::string_view moved_text(const Entry& wheel, std::string_view moved, std::string_view place);
  FileFacts facts_of(size_t index) const;
  std::string_view place_of(std::string_view path);
  void count_dropped(VenvLayout& layout) const;

  const FileTree& tree_;
  const std::vector<FileFacts>& facts_;
  const VenvLinks& links_;
  const EntryWalk walk_;
  StringArena& arena_;
  std::vector<Move> moves_;                                   // for each entry of the tree
  std::map<std::string_view, std::string_view> directories_;  // a wheel's, to their first places
};

void Mover::mark_shown(const VenvLink& link) {
  const std::string_view place = tree_.entries[link.entry].path;
  const bool is_equal_only = moves_[link.entry].is_venv_link;  // another wheel's is shown there
  moves_[link.entry].is_venv_link = true;
  const bool is_directory = walk_.find(link.wheel_path)->kind == NodeKind::kDirectory;
  if (is_directory) directories_.try_emplace(link.wheel_path, place);
  for (const Entry& wheel : entries_at_or_below(tree_, link.wheel_path)) {
    Move& move = moves_[index_of(wheel)];
    const std::string_view rest = wheel.path.substr(link.wheel_path.size());
    if (move.first_place.empty()) {
      move.first_place = rest.empty() ? place : arena_.join(place, rest.substr(1));
    }
    if (!is_equal_only) ++move.places;
  }
}

// Keeps what is shown of a path and all below it; false if that changes nothing.
bool Mover::keep(std::string_view path) {
  bool is_new = false;
  for (const Entry& entry : entries_at_or_below(tree_, path)) {
    const size_t index = index_of(entry);
    is_new = is_new || is_dropped(index);
    moves_[index].is_kept = true;
  }
  return is_new;
}

void Mover::keep_mentioned(const std::vector<Mention>& mentions, VenvLayout& layout) {
  std::set<std::string_view> repositories;  // paths of those that are shown
  for (const VenvLink& link : links_.links) {
    const RunfilesPath parts = split_runfiles_path(link.wheel_path);
    const size_t length = parts.root.size() + 1 + parts.repository.size();
    repositories.insert(link.wheel_path.substr(0, length));
  }
  for (const Mention& mention : mentions) {
    bool is_needed = false;
    for (const std::string_view repository : repositories) {
      if (base_name(repository) == mention.repository) is_needed = keep(repository) || is_needed;
    }
    if (is_needed) layout.kept.push_back(mention);
  }
}

void Mover::keep_matching(const std::vector<std::string>& globs, Diagnostics& found) {
  for (const std::string& glob : globs) {
    const std::string_view pattern = std::string_view(glob).substr(glob.starts_with('/') ? 1 : 0);
    bool matches = false;
    for (size_t i = 0; i < moves_.size(); ++i) {
      const std::string_view path = tree_.entries[i].path;
      if (moves_[i].first_place.empty()) continue;
      const std::string_view below = path.substr(split_runfiles_path(path).root.size() + 1);
      if (!glob_matches(pattern, path) && !glob_matches(pattern, below)) continue;
      matches = true;
      moves_[i].is_kept = true;
    }
    if (matches) continue;
    std::vector<std::string_view> names;
    for (const VenvLink& link : links_.links) {
      names.push_back(split_runfiles_path(link.wheel_path).repository);
    }
    found.warn({{},
                fmt::format("--keep '{}' matches no path that would be dropped", glob),
                {},
                fmt::format("a pattern is matched with whole paths, in the image or below the "
                            "runfiles: '*numpy*' keeps each repository with numpy in its name; {}",
                            names_to_choose(pattern, std::move(names)))});
  }
}

// Links stay as they are, so what they lead to stays (which may be links), unless they go by way of
// the virtual environment: `moved` is the new tree's view.
void Mover::keep_link_targets(const EntryWalk& moved) {
  std::vector<std::pair<size_t, std::string>> targets;  // of links into wheels, by entry
  for (size_t i = 0; i < moves_.size(); ++i) {
    if (tree_.entries[i].kind != EntryKind::kSymlink || moves_[i].is_venv_link) continue;
    PathEnd end = walk_.resolve(tree_.entries[i].path);
    if (end.fault != ResolveFault::kNone) continue;
    if (split_runfiles_path(end.path + "/").repository.empty()) continue;
    const std::string_view place = place_of(arena_.copy(end.path));
    if (place != end.path && moved.resolve(tree_.entries[i].path).path == place) continue;
    targets.emplace_back(i, std::move(end.path));
  }
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (const auto& [link, target] : targets) {
      if (!is_dropped(link) && keep(target)) has_changed = true;
    }
  }
}

// Where the new tree shows what the old one has at a path.
std::string_view Mover::place_of(std::string_view path) {
  if (const Entry* found = find_entry(tree_, path)) {
    const Move& move = moves_[index_of(*found)];
    return move.first_place.empty() ? path : move.first_place;
  }
  for (std::string_view above = path; !above.empty(); above = parent_path(above)) {
    const auto directory = directories_.find(above);
    if (directory == directories_.end()) continue;
    const std::string_view rest = path.substr(above.size());
    return rest.empty() ? directory->second : arena_.join(directory->second, rest.substr(1));
  }
  return path;
}

// The text of a wheel's link at its new place. It stays if it stays inside `moved`, the directory
// that moves with it, and else leads to where its target is now.
std::string_view Mover::moved_text(const Entry& wheel, std::string_view moved,
                                   std::string_view place) {
  std::filesystem::path target(parent_path(wheel.path));
  target /= wheel.content;
  if (is_below(target.lexically_normal().string(), moved)) return wheel.content;
  const PathEnd end = walk_.resolve(wheel.path);
  if (end.fault != ResolveFault::kNone) return wheel.content;
  return relative_link(place, place_of(arena_.copy(end.path)), arena_);
}

// What is known of a wheel's file. One that will be at several places is known to equal itself.
FileFacts Mover::facts_of(size_t index) const {
  FileFacts facts = facts_[index];
  const bool is_repeated = moves_[index].places + (moves_[index].is_kept ? 1 : 0) > 1;
  if (is_repeated && facts.equality_class == 0 && facts.size > 0) {
    facts.equality_class =
        static_cast<uint32_t>(moves_.size() + index + 1);  // identify()'s are smaller
  }
  return facts;
}

// An entry of the virtual environment, which nothing lies below, makes way for what it shows.
void Mover::write_link(const VenvLink& link, VenvLayout& layout) {
  const Entry& shown_at = tree_.entries[link.entry];
  for (const Entry& wheel : entries_at_or_below(tree_, link.wheel_path)) {
    const std::string_view rest = wheel.path.substr(link.wheel_path.size());
    Entry entry = wheel;
    entry.path = rest.empty() ? shown_at.path : arena_.join(shown_at.path, rest.substr(1));
    entry.target = {};
    if (shown_at.kind != EntryKind::kSymlink) entry.origin = shown_at.origin;
    const Declaration& by = *wheel.origin.declaration;
    entry.origin.declaration = arena_.intern(Declaration{
        entry.origin.file(), by.owner, by.group, split_runfiles_path(wheel.path).repository});
    if (wheel.kind == EntryKind::kSymlink) {
      entry.content = moved_text(wheel, link.wheel_path, entry.path);
    }
    layout.tree.entries.push_back(entry);
    layout.facts.push_back(facts_of(index_of(wheel)));
  }
}

void Mover::write_tree(VenvLayout& layout) {
  layout.tree.entries.clear();
  layout.facts.clear();
  auto link = links_.links.begin();
  for (size_t i = 0; i < moves_.size(); ++i) {
    if (moves_[i].is_venv_link) {
      write_link(*link, layout);
      while (link != links_.links.end() && link->entry == i) ++link;
      continue;
    }
    if (is_dropped(i)) continue;
    layout.tree.entries.push_back(tree_.entries[i]);
    layout.facts.push_back(facts_of(i));
  }
}

// A link may lead through a directory that is gone with its last entry.
bool Mover::keep_what_links_lost(const VenvLayout& layout) {
  const EntryWalk walk(layout.tree.entries);
  bool has_changed = false;
  for (size_t i = 0; i < moves_.size(); ++i) {
    const Entry& entry = tree_.entries[i];
    if (entry.kind != EntryKind::kSymlink || moves_[i].is_venv_link || is_dropped(i)) continue;
    if (walk_.resolve(entry.path).fault != ResolveFault::kNone) continue;
    const PathEnd end = walk.resolve(entry.path);
    if (end.fault != ResolveFault::kNone && keep(end.path)) has_changed = true;
  }
  return has_changed;
}

void Mover::count_dropped(VenvLayout& layout) const {
  std::map<std::string_view, DroppedPaths> dropped;
  for (size_t i = 0; i < moves_.size(); ++i) {
    if (!is_dropped(i)) continue;
    const Entry& entry = tree_.entries[i];
    const std::string_view repository = split_runfiles_path(entry.path).repository;
    DroppedPaths& of_repository = dropped[repository];
    of_repository.repository = repository;
    ++of_repository.paths;
    of_repository.bytes += entry.path.size();
    layout.tree.lost.push_back({entry, moves_[i].first_place, Fate::kMoved});
  }
  for (const auto& [repository, paths] : dropped) layout.dropped.push_back(paths);
}

void Mover::run(VenvLayout& layout) {
  layout.tree.workspaces = tree_.workspaces;
  layout.tree.lost = tree_.lost;
  write_tree(layout);
  keep_link_targets(EntryWalk(layout.tree.entries));
  do {
    write_tree(layout);
  } while (keep_what_links_lost(layout));
  count_dropped(layout);
}

}  // namespace

VenvLayout move_into_venv(const FileTree& tree, const std::vector<FileFacts>& facts,
                          const VenvLinks& links, const std::vector<Mention>& mentions,
                          const std::vector<std::string>& keep, StringArena& arena,
                          Diagnostics& found) {
  Mover mover(tree, facts, links, arena);
  VenvLayout layout;
  mover.keep_mentioned(mentions, layout);
  mover.keep_matching(keep, found);
  mover.run(layout);
  return layout;
}

}  // namespace layer
