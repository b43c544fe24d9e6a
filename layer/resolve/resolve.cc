// Merges in Bazel's order. Everything is done by sorting, so the cost grows as n log n.
#include "layer/resolve/resolve.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace layer {
namespace {

std::string_view kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::kFile:
    case EntryKind::kInlineFile:
      return "a file";
    case EntryKind::kEmptyFile:
      return "an empty file";
    case EntryKind::kSymlink:
      return "a symlink";
    case EntryKind::kDirectory:
      return "a directory";
    case EntryKind::kTreeArtifact:
      return "a tree artifact";
  }
  return "";
}

// `more` is let go at once: there may be a million.
void append(std::vector<Entry>& all, std::vector<Entry> more) {
  if (all.empty()) {
    all = std::move(more);
  } else {
    all.insert(all.end(), more.begin(), more.end());
  }
}

bool same_thing(const Entry& a, const Entry& b) {
  return a.kind == b.kind && a.content == b.content &&
         (a.attributes == b.attributes ||
          (a.attributes != nullptr && b.attributes != nullptr && *a.attributes == *b.attributes));
}

using Lost = std::vector<LostEntry>;

// Readers mostly hand over what is in order already.
void sort_by_path(std::vector<Entry>& entries) {
  const auto before = [](const Entry& a, const Entry& b) { return tree_order(a.path, b.path); };
  if (std::is_sorted(entries.begin(), entries.end(), before)) return;
  std::stable_sort(entries.begin(), entries.end(), before);
}

// Sorts by path; of entries with one path only the last one added stays.
void keep_last(std::vector<Entry>& entries, Lost& lost) {
  sort_by_path(entries);
  auto out = entries.begin();
  for (auto it = entries.begin(); it != entries.end(); ++it) {
    const auto next = std::next(it);
    if (next != entries.end() && next->path == it->path) {
      lost.push_back({*it, it->path, same_thing(*it, *next) ? Fate::kMerged : Fate::kReplaced});
      continue;
    }
    *out++ = *it;
  }
  entries.erase(out, entries.end());
}

// Whether `entry` is what its obscuring ancestor shows at that path anyway.
bool same_through(const Entry& ancestor, const Entry& entry) {
  const std::string_view rest = entry.path.substr(ancestor.path.size());
  return ancestor.kind != EntryKind::kSymlink &&
         entry.content.size() == ancestor.content.size() + rest.size() &&
         entry.content.starts_with(ancestor.content) && entry.content.ends_with(rest);
}

// Drops entries below another entry. `entries` is in tree order, so the latest entry that was kept
// and is not itself dropped is the only candidate for an ancestor.
void drop_obscured(std::vector<Entry>& entries, Diagnostics& found, Lost& lost) {
  auto out = entries.begin();
  const Entry* above = nullptr;
  for (const Entry& entry : entries) {
    if (above != nullptr && is_below(entry.path, above->path)) {
      if (!same_through(*above, entry)) {
        found.warn({entry.origin.position(),
                    fmt::format("'{}' is dropped, as Bazel drops it: '{}' above it is {}",
                                entry.path, above->path, kind_name(above->kind)),
                    {{above->origin.position(), "declared here"}},
                    {}});
      }
      lost.push_back({entry, above->path, Fate::kObscured});
      continue;
    }
    *out = entry;
    above = &*out++;
  }
  entries.erase(out, entries.end());
}

// Empty files never replace a declared entry: Bazel asks for them only where nothing is.
void add_empty_files(std::vector<Entry>& entries, std::vector<Entry>&& empty_files, Lost& lost) {
  if (empty_files.empty()) return;
  append(empty_files, std::move(entries));
  entries = std::move(empty_files);
  keep_last(entries, lost);
}

// "../repo/x" -> "repo/x", "x" -> "<workspace>/x".
std::string_view runfiles_path(std::string_view short_path, std::string_view workspace,
                               StringArena& arena) {
  if (short_path.starts_with("../")) return short_path.substr(3);
  return arena.join(workspace, short_path);
}

template <typename Rename>
void rename_lost(Lost& lost, Rename new_path) {
  for (LostEntry& loss : lost) {
    loss.entry.path = new_path(loss.entry.path);
    loss.by = new_path(loss.by);
  }
}

// Bazel leaves an empty `.runfile` in a workspace directory that would otherwise not exist.
void add_workspace_marker(std::vector<Entry>& entries, std::string_view workspace,
                          StringArena& arena) {
  if (workspace.empty()) return;
  for (const Entry& entry : entries) {
    if (is_below(entry.path, workspace)) return;
  }
  Entry marker;
  marker.path = arena.join(workspace, ".runfile");
  marker.kind = EntryKind::kEmptyFile;
  entries.push_back(marker);
}

// Replaces each tree artifact by its directory and what is in it.
std::vector<Entry> expand_trees(std::vector<Entry> entries, const Runfiles& runfiles,
                                StringArena& arena) {
  const bool has_trees = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.kind == EntryKind::kTreeArtifact;
  });
  if (!has_trees) return entries;
  std::vector<Entry> expanded;
  expanded.reserve(entries.size());
  for (Entry& entry : entries) {
    if (entry.kind != EntryKind::kTreeArtifact) {
      expanded.push_back(entry);
      continue;
    }
    const std::vector<Entry>& inside = runfiles.tree_artifacts.at(entry.content);
    entry.kind = EntryKind::kDirectory;
    entry.content = {};
    const std::string_view target = std::exchange(entry.target, {});
    expanded.push_back(entry);
    for (Entry child : inside) {
      if (!target.empty()) child.target = arena.join(target, child.path);
      child.path = arena.join(entry.path, child.path);
      child.origin = entry.origin;
      expanded.push_back(child);
    }
  }
  return expanded;
}

// A path's reason to be refused, or empty.
std::string refusal(std::string_view path) {
  if (path.empty() || path.front() == '/') return "is not a relative path";
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component == "..") return "leads above the image's root";
    if (component.empty() || component == ".") return "has an empty or a '.' component";
    if (component.starts_with(".wh.")) {
      return "has a name that image layers reserve for deletions (\".wh.\")";
    }
    begin = end + 1;
  }
  return {};
}

// Two inputs may both name a directory; what is stated about it wins over nothing stated.
bool merge_directories(Entry& kept, const Entry& other) {
  if (kept.kind != EntryKind::kDirectory || other.kind != EntryKind::kDirectory) return false;
  if (kept.attributes == nullptr) {
    kept.attributes = other.attributes;
    kept.yields_to_base = other.yields_to_base;
  }
  if (other.attributes != nullptr && !other.yields_to_base) kept.yields_to_base = false;
  return other.attributes == nullptr || *kept.attributes == *other.attributes;
}

void report_below(const Entry& entry, const Entry& above, Diagnostics& found) {
  found.error({entry.origin.position(),
               fmt::format("'{}' lies below '{}', which is {}", entry.path, above.path,
                           kind_name(above.kind)),
               {{above.origin.position(), "declared here"}},
               "remove one of the two: an extracted layer can hold only one"});
}

// Reports entries below a non-directory. `entries` is in tree order, without doubles.
void check_ancestors(const std::vector<Entry>& entries, Diagnostics& found) {
  const Entry* above = nullptr;
  for (const Entry& entry : entries) {
    if (above != nullptr && is_below(entry.path, above->path)) {
      report_below(entry, *above, found);
    } else if (entry.kind != EntryKind::kDirectory) {
      above = &entry;
    }
  }
}

}  // namespace

std::vector<Entry> resolve_runfiles(Runfiles runfiles, std::string_view root, StringArena& arena,
                                    Diagnostics& found, std::vector<LostEntry>* lost) {
  Lost own_lost;
  std::vector<Entry> entries = std::move(runfiles.symlinks);
  append(entries, std::move(runfiles.files));
  if (runfiles.executable) entries.push_back(*runfiles.executable);
  keep_last(entries, own_lost);
  drop_obscured(entries, found, own_lost);
  add_empty_files(entries, std::move(runfiles.empty_files), own_lost);
  for (Entry& entry : entries) {
    entry.path = runfiles_path(entry.path, runfiles.workspace, arena);
  }
  rename_lost(own_lost, [&](std::string_view path) {
    return runfiles_path(path, runfiles.workspace, arena);
  });
  append(entries, std::move(runfiles.root_symlinks));
  if (runfiles.repo_mapping) entries.push_back(*runfiles.repo_mapping);
  add_workspace_marker(entries, runfiles.workspace, arena);
  keep_last(entries, own_lost);
  check_ancestors(entries, found);
  entries = expand_trees(std::move(entries), runfiles, arena);
  for (Entry& entry : entries) entry.path = arena.join(root, entry.path);
  if (lost == nullptr) return entries;
  rename_lost(own_lost, [&](std::string_view path) { return arena.join(root, path); });
  lost->insert(lost->end(), own_lost.begin(), own_lost.end());
  return entries;
}

FileTree merge_inputs(std::vector<std::vector<Entry>> inputs, Diagnostics& found) {
  std::vector<Entry> all;
  for (std::vector<Entry>& input : inputs) append(all, std::move(input));
  sort_by_path(all);
  FileTree tree;
  size_t count = 0;  // of those that stay, which lead
  for (const Entry& entry : all) {
    if (const std::string reason = refusal(entry.path); !reason.empty()) {
      found.error({entry.origin.position(), fmt::format("'{}' {}", entry.path, reason), {}, {}});
    } else if (count == 0 || all[count - 1].path != entry.path) {
      all[count++] = entry;
    } else if (Entry& kept = all[count - 1];
               !merge_directories(kept, entry) && !same_thing(kept, entry)) {
      found.error({entry.origin.position(),
                   fmt::format("'{}' is {} here and {} elsewhere, and they differ", entry.path,
                               kind_name(entry.kind), kind_name(kept.kind)),
                   {{kept.origin.position(), "also declared here"}},
                   "give each input paths of its own, or leave one of them out"});
    } else {
      tree.lost.push_back({entry, kept.path, Fate::kMerged});
    }
  }
  all.resize(count);
  tree.entries = std::move(all);
  check_ancestors(tree.entries, found);
  return tree;
}

}  // namespace layer
