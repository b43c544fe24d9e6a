// Looks up a spec's exec paths: link texts, types, contents of trees.
#include "layer/read/spec_contents.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <numeric>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/read/expand_tree.h"
#include "layer/read/target.h"

namespace layer {
namespace {

constexpr const char* kMissingHelp =
    "declare it as an input of the action; an unresolved symlink needs an 'l' record, or a 'k' "
    "record beside the 'u', and rules recognize such a symlink only with Bazel 6 and later";

class ContentsReader {
 public:
  ContentsReader(Runfiles& runfiles, StringArena& arena) : runfiles_(runfiles), arena_(arena) {}

  void run() {
    const std::vector<Entry*> entries = entries_on_disk();
    std::vector<Entry*> followed;
    for (Entry* entry : entries) {
      if (entry->kind == EntryKind::kSymlink) {
        read_link(*entry);
      } else {
        followed.push_back(entry);
      }
    }
    follow(followed);
    found_.throw_if_errors();
    for (const Entry* entry : entries) {
      if (entry->kind == EntryKind::kTreeArtifact)
        add_tree(*entry, TreeLinks::kFollowed, runfiles_, arena_);
    }
  }

 private:
  // In no order that shows, but for that of the errors.
  std::vector<Entry*> entries_on_disk() {
    std::vector<Entry*> entries;
    for (auto* list : {&runfiles_.files, &runfiles_.symlinks, &runfiles_.root_symlinks}) {
      for (Entry& entry : *list) entries.push_back(&entry);
    }
    for (auto* single : {&runfiles_.executable, &runfiles_.repo_mapping}) {
      if (*single) entries.push_back(&**single);
    }
    return entries;
  }

  // For each the first one with the same content: its reader keeps one copy of a text.
  static std::vector<uint32_t> find_first(const std::vector<Entry*>& entries) {
    std::vector<uint32_t> order(entries.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto content = [&](uint32_t i) { return entries[i]->content.data(); };
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return std::pair(content(a), a) < std::pair(content(b), b);
    });
    std::vector<uint32_t> first(entries.size());
    for (size_t i = 0; i < order.size(); ++i) {
      const bool is_same = i > 0 && content(order[i]) == content(order[i - 1]);
      first[order[i]] = is_same ? first[order[i - 1]] : order[i];
    }
    return first;
  }

  // Most files are declared twice, at home and in a virtual environment. Each is asked for once, and
  // all share what it is.
  void follow(const std::vector<Entry*>& entries) {
    const std::vector<uint32_t> first = find_first(entries);
    std::vector<std::string_view> paths;
    std::vector<uint32_t> target_of(entries.size());  // index into `paths`
    for (size_t i = 0; i < entries.size(); ++i) {
      if (first[i] == i) paths.push_back(entries[i]->content);
      target_of[i] = first[i] == i ? static_cast<uint32_t>(paths.size() - 1) : target_of[first[i]];
    }
    const std::vector<Target> targets = find_targets(paths);
    for (size_t i = 0; i < entries.size(); ++i) {
      const Target& target = targets[target_of[i]];
      if (first[i] != i) {
        entries[i]->stamp = entries[first[i]]->stamp;
      } else if (target.type == TargetType::kFile) {
        entries[i]->stamp = arena_.keep(target.stamp);
      }
      classify(*entries[i], target);
    }
  }

  void read_link(Entry& entry) {
    std::array<char, PATH_MAX> text{};  // a link's text is shorter than PATH_MAX: symlink(2)
    const std::string path(entry.content);
    const ssize_t size = readlink(path.c_str(), text.data(), text.size());
    if (size >= 0) {
      entry.content = arena_.copy({text.data(), static_cast<size_t>(size)});
      return;
    }
    const int error = errno;
    if (error == EINVAL) {
      return fault(entry, "is declared as an unresolved symlink, but is not a symlink on disk", {});
    }
    fault(entry,
          fmt::format("cannot be read as a link: {}", std::generic_category().message(error)), {});
  }

  void classify(Entry& entry, const Target& target) {
    if (const std::string why = target.fault(); !why.empty()) {
      return fault(entry, why, kMissingHelp);
    }
    const bool is_directory = target.type == TargetType::kDirectory;
    if (entry.kind == EntryKind::kTreeArtifact && !is_directory) {
      return fault(entry, "is declared as a tree artifact, but is not a directory", {});
    }
    if (!is_directory) return;
    if (is_single(entry)) return fault(entry, "is a directory: expected a file", {});
    entry.kind = EntryKind::kTreeArtifact;
  }

  bool is_single(const Entry& entry) const {
    return (runfiles_.executable && &entry == &*runfiles_.executable) ||
           (runfiles_.repo_mapping && &entry == &*runfiles_.repo_mapping);
  }

  void fault(const Entry& entry, const std::string& what, std::string help) {
    found_.error({entry.origin.position(),
                  fmt::format("'{}' {}", entry.content, what),
                  {},
                  std::move(help)});
  }

  Runfiles& runfiles_;
  StringArena& arena_;
  Diagnostics found_;
};

}  // namespace

void make_links(Runfiles& runfiles, const NameSet& links) {
  for (auto* list : {&runfiles.files, &runfiles.symlinks, &runfiles.root_symlinks}) {
    for (Entry& entry : *list) {
      if (links.count(entry.content) == 0) continue;
      entry.kind = EntryKind::kSymlink;
      entry.target = {};
    }
  }
}

bool is_relative_link(std::string_view path) {
  char first = '/';
  return readlink(std::string(path).c_str(), &first, 1) == 1 && first != '/';
}

void read_spec_contents(Runfiles& runfiles, StringArena& arena) {
  ContentsReader(runfiles, arena).run();
}

}  // namespace layer
