// Finds what may move, moves it, and checks that nothing else is at the new places.
#include "layer/place/shared_root.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "layer/base/keyed_hash.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

constexpr uint32_t kNoEntry = UINT32_MAX;

struct SharedRepository {
  std::string_view name;
  std::string_view runfiles;  // the runfiles root that it lies in
  uint32_t first_entry = 0;
  std::vector<uint32_t> leads_to;  // other repositories, by links
  bool stays = false;
};

// Whether a file is the output of a rule of the main repository: below `bazel-out/<config>/bin/`
// the outputs of others lie in `external/`.
bool is_generated_by_main(std::string_view exec_path) {
  constexpr std::string_view kOut = "bazel-out/";
  constexpr std::string_view kBin = "bin/";
  const size_t out = exec_path.rfind(kOut);
  if (out == std::string_view::npos || (out > 0 && exec_path[out - 1] != '/')) return false;
  std::string_view rest = exec_path.substr(out + kOut.size());
  rest.remove_prefix(std::min(rest.find('/'), rest.size() - 1) + 1);
  return rest.starts_with(kBin) && !rest.substr(kBin.size()).starts_with("external/");
}

// First component of where a link leads, both texts below one directory and taken as they are
// written; empty when it leads to that directory or out of it.
std::string_view first_component_of_target(std::string_view link, std::string_view text) {
  std::vector<std::string_view> parts;
  const auto walk = [&parts](std::string_view path) {
    for (size_t begin = 0; begin <= path.size();) {
      const size_t end = std::min(path.find('/', begin), path.size());
      const std::string_view part = path.substr(begin, end - begin);
      begin = end + 1;
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        parts.push_back(part);
      } else if (parts.empty()) {
        return false;
      } else {
        parts.pop_back();
      }
    }
    return true;
  };
  return walk(parent_path(link)) && walk(text) && !parts.empty() ? parts.front()
                                                                 : std::string_view{};
}

class RepositorySharing {
 public:
  RepositorySharing(const FileTree& tree, const std::vector<Link>& links, std::string_view root,
                    StringArena& arena, Diagnostics& found)
      : tree_(tree), links_(links), root_(root), arena_(arena), found_(found) {}

  SharedRepositories run(std::vector<Placement>& placed);

 private:
  void find_repositories();
  void add(uint32_t entry, std::string_view name, std::string_view runfiles);
  void check_entry(uint32_t entry);
  void check_link(uint32_t entry, SharedRepository& repository);
  void keep_what_leads_to_kept();
  void keep(SharedRepository& repository, uint32_t entry, std::string_view why);
  void move(std::vector<Placement>& placed);
  void check_alone(const std::vector<Placement>& placed);
  void report(const Placement& other, const Placement& moved);
  bool moves(uint32_t entry) const {
    return repository_of_[entry] != kNoEntry && !repositories_[repository_of_[entry]].stays;
  }

  const FileTree& tree_;
  const std::vector<Link>& links_;
  const std::string_view root_;
  StringArena& arena_;
  Diagnostics& found_;
  std::vector<SharedRepository> repositories_;
  NameMap<uint32_t> index_;              // by name
  std::vector<uint32_t> repository_of_;  // for each entry
};

void RepositorySharing::keep(SharedRepository& repository, uint32_t entry, std::string_view why) {
  if (repository.stays) return;
  repository.stays = true;
  found_.warn({tree_.entries[entry].origin.position(),
               fmt::format("repository '{}' is not shared, but stays at '{}/{}': {}",
                           repository.name, repository.runfiles, repository.name, why),
               {},
               {}});
}

void RepositorySharing::add(uint32_t entry, std::string_view name, std::string_view runfiles) {
  const auto [known, is_new] = index_.try_emplace(name, repositories_.size());
  if (is_new) repositories_.push_back({name, runfiles, entry, {}, false});
  SharedRepository& repository = repositories_[known->second];
  if (repository.runfiles != runfiles) {
    keep(repository, entry, fmt::format("'{}' has a repository of that name, too", runfiles));
  }
  repository_of_[entry] = known->second;
}

void RepositorySharing::find_repositories() {
  repository_of_.assign(tree_.entries.size(), kNoEntry);
  for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
    const Entry& entry = tree_.entries[i];
    const RunfilesPath parts = split_runfiles_path(entry.path);
    if (parts.root.empty()) continue;
    const std::string_view inside = entry.path.substr(parts.root.size() + 1);
    const size_t slash = inside.find('/');
    // The directory itself is an entry where an input names it.
    if (slash == std::string_view::npos && entry.kind != EntryKind::kDirectory) continue;
    const std::string_view name = inside.substr(0, slash);
    if (!is_first_party(tree_, name)) add(i, name, parts.root);
  }
}

void RepositorySharing::check_link(uint32_t index, SharedRepository& repository) {
  const Entry& entry = tree_.entries[index];
  if (links_[index].reason != LinkReason::kDeclared) {
    const uint32_t home = links_[index].home;
    if (repository_of_[home] == kNoEntry) {
      keep(repository, index,
           fmt::format("'{}' is a link to '{}', which is not shared", entry.path,
                       tree_.entries[home].path));
    } else {
      repository.leads_to.push_back(repository_of_[home]);
    }
    return;
  }
  if (entry.content.starts_with('/')) return;
  const auto target = index_.find(
      first_component_of_target(entry.path.substr(repository.runfiles.size() + 1), entry.content));
  if (target != index_.end()) {
    repository.leads_to.push_back(target->second);
  } else {
    keep(
        repository, index,
        fmt::format("its link '{}' leads to '{}', which is not shared", entry.path, entry.content));
  }
}

void RepositorySharing::check_entry(uint32_t index) {
  if (repository_of_[index] == kNoEntry) return;
  SharedRepository& repository = repositories_[repository_of_[index]];
  const Entry& entry = tree_.entries[index];
  if (links_[index].reason != LinkReason::kNone) {
    check_link(index, repository);
  } else if (entry.kind == EntryKind::kFile && is_generated_by_main(entry.content)) {
    keep(repository, index, fmt::format("the main repository generates its file '{}'", entry.path));
  }
}

// A repository that stays takes with it those that lead to it, and so on.
void RepositorySharing::keep_what_leads_to_kept() {
  for (bool changed = true; changed;) {
    changed = false;
    for (SharedRepository& repository : repositories_) {
      if (repository.stays) continue;
      const auto kept = std::find_if(repository.leads_to.begin(), repository.leads_to.end(),
                                     [this](uint32_t to) { return repositories_[to].stays; });
      if (kept == repository.leads_to.end()) continue;
      keep(repository, repository.first_entry,
           fmt::format("one of its links leads to repository '{}', which is not shared",
                       repositories_[*kept].name));
      changed = true;
    }
  }
}

void RepositorySharing::move(std::vector<Placement>& placed) {
  for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
    if (!moves(i)) continue;
    const SharedRepository& repository = repositories_[repository_of_[i]];
    placed[i].path =
        arena_.join(root_, tree_.entries[i].path.substr(repository.runfiles.size() + 1));
  }
  for (const SharedRepository& repository : repositories_) {
    if (repository.stays) continue;
    const std::string_view from = arena_.join(repository.runfiles, repository.name);
    const std::string_view to = arena_.join(root_, repository.name);
    placed.push_back({from, relative_link(from, to, arena_), repository.first_entry});
  }
}

void RepositorySharing::report(const Placement& other, const Placement& moved) {
  const Entry& there = tree_.entries[other.entry];
  const Entry& here = tree_.entries[moved.entry];
  const std::string where =
      other.path == moved.path ? "is"
      : is_below(other.path, moved.path)
          ? fmt::format("lies below '{}', which is", moved.path)
          : fmt::format("is not a directory, and '{}' below it is", moved.path);
  found_.error({there.origin.position(),
                fmt::format("'{}' {} the path to which --shared-root moves '{}'", other.path, where,
                            here.path),
                {{here.origin.position(), "declared here"}},
                "give --shared-root a directory of its own"});
}

// Others may name directories above the root, and nothing that a moved entry's path needs.
void RepositorySharing::check_alone(const std::vector<Placement>& placed) {
  std::vector<uint32_t> others;
  std::vector<uint32_t> all;
  for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
    if (moves(i)) continue;
    const std::string_view path = placed[i].path;
    const bool is_above = path == root_ || is_below(root_, path);
    const bool is_directory = tree_.entries[i].kind == EntryKind::kDirectory;
    if (is_above ? !is_directory : is_below(path, root_)) others.push_back(i);
  }
  if (others.empty()) return;
  all = others;
  for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
    if (moves(i)) all.push_back(i);
  }
  std::stable_sort(all.begin(), all.end(), [&](uint32_t a, uint32_t b) {
    return tree_order(placed[a].path, placed[b].path);
  });
  std::optional<uint32_t> above;  // the last one that can have nothing below it
  for (size_t i = 0; i < all.size(); ++i) {
    const uint32_t entry = all[i];
    const auto check = [&](uint32_t before) {
      if (moves(before) == moves(entry)) return;
      report(placed[moves(entry) ? before : entry], placed[moves(entry) ? entry : before]);
    };
    if (i > 0 && placed[all[i - 1]].path == placed[entry].path) {
      check(all[i - 1]);
    } else if (above && is_below(placed[entry].path, placed[*above].path)) {
      check(*above);
    } else if (tree_.entries[entry].kind != EntryKind::kDirectory) {
      above = entry;
    }
  }
}

SharedRepositories RepositorySharing::run(std::vector<Placement>& placed) {
  find_repositories();
  for (uint32_t i = 0; i < tree_.entries.size(); ++i) check_entry(i);
  keep_what_leads_to_kept();
  move(placed);
  check_alone(placed);
  found_.throw_if_errors();
  SharedRepositories shared;
  for (const SharedRepository& repository : repositories_) {
    if (!repository.stays) shared.names.insert(repository.name);
  }
  return shared;
}

}  // namespace

std::string parse_shared_root(std::string_view argument) {
  std::string path;
  for (size_t begin = 0; begin <= argument.size();) {
    const size_t end = std::min(argument.find('/', begin), argument.size());
    const std::string_view part = argument.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == ".." || part.ends_with(".runfiles") || part.starts_with(".wh.") ||
        part.find('\0') != std::string_view::npos) {
      throw Error(fmt::format("shared root '{}' has the component '{}', which is not allowed",
                              argument, part))
          .with_help("choose a directory that every program's image can have, such as /srv/repos");
    }
    path += (path.empty() ? "" : "/") + std::string(part);
  }
  if (path.empty()) {
    throw Error(fmt::format("shared root '{}' is the image's root", argument))
        .with_help("choose a directory that every program's image can have, such as /srv/repos");
  }
  return path;
}

SharedRepositories share_repositories(const FileTree& tree, const std::vector<Link>& links,
                                      std::string_view root, std::vector<Placement>& placed,
                                      StringArena& arena, Diagnostics& found) {
  return RepositorySharing(tree, links, root, arena, found).run(placed);
}

}  // namespace layer
