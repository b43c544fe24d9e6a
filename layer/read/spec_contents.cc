// Looks up a spec's exec paths: link texts, types, what is in trees.
#include "layer/read/spec_contents.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <system_error>
#include <vector>

#include "layer/error.h"
#include "layer/read/expand_tree.h"
#include "layer/read/target.h"

namespace layer {
namespace {

constexpr const char* kMissingHelp =
    "declare it as an input of the action; an unresolved symlink needs an 'l' record, which rules "
    "can tell from a file with Bazel 8 and later";

class ContentsReader {
 public:
  ContentsReader(Runfiles& runfiles, StringArena& arena) : runfiles_(runfiles), arena_(arena) {}

  void run() {
    const std::vector<Entry*> entries = entries_on_disk();
    std::vector<std::string_view> paths;
    std::vector<Entry*> followed;
    for (Entry* entry : entries) {
      if (entry->kind == EntryKind::kSymlink) {
        read_link(*entry);
      } else {
        followed.push_back(entry);
        paths.push_back(entry->content);
      }
    }
    const std::vector<Target> targets = find_targets(paths);
    for (size_t i = 0; i < followed.size(); ++i) classify(*followed[i], targets[i]);
    found_.throw_if_errors();
    for (const Entry* entry : entries) {
      if (entry->kind == EntryKind::kTree)
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
      return fault(entry, "is declared an unresolved symlink, but is no symlink on disk", {});
    }
    fault(entry,
          fmt::format("cannot be read as a link: {}", std::generic_category().message(error)), {});
  }

  void classify(Entry& entry, const Target& target) {
    if (const std::string why = target.fault(); !why.empty()) {
      return fault(entry, why, kMissingHelp);
    }
    const bool is_directory = target.type == TargetType::kDirectory;
    if (entry.kind == EntryKind::kTree && !is_directory) {
      return fault(entry, "is declared a tree artifact, but is no directory", {});
    }
    if (target.type == TargetType::kFile) entry.stamp = arena_.keep(target.stamp);
    if (!is_directory) return;
    if (is_single(entry)) return fault(entry, "is a directory: expected a file", {});
    entry.kind = EntryKind::kTree;
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

bool is_relative_link(std::string_view path) {
  char first = '/';
  return readlink(std::string(path).c_str(), &first, 1) == 1 && first != '/';
}

void read_spec_contents(Runfiles& runfiles, StringArena& arena) {
  ContentsReader(runfiles, arena).run();
}

}  // namespace layer
