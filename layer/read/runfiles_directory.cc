// Tells files, tree artifacts and declared symlinks apart by the links that stand for them.
#include "layer/read/runfiles_directory.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/disk/look_at.h"
#include "layer/read/expand_tree.h"
#include "layer/read/runfiles_manifest.h"
#include "layer/read/target.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

constexpr const char* kNoFileAnyMore = "is not a regular file any more";

std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::vector<WalkedItem> walk_runfiles(const std::string& directory, StringArena& arena,
                                      Store* store) {
  if (!is_directory(directory)) {
    throw Error({directory}, "not a runfiles directory")
        .with_help(
            "build the target with --build_runfile_links, or give its runfiles manifest instead");
  }
  return walk(directory, WalkDetail::kTypes, arena, store);
}

class DirectoryReader {
 public:
  DirectoryReader(const std::string& directory, StringArena& arena, Diagnostics& found,
                  Store* store)
      : directory_(directory),
        origin_{arena.intern(Declaration{.file = directory})},
        arena_(arena),
        found_(found),
        store_(store) {}

  Runfiles run() {
    const std::vector<WalkedItem> items = walk_runfiles(directory_, arena_, store_);
    std::vector<std::string_view> links;
    for (const WalkedItem& item : items) {
      if (is_staged(item)) links.push_back(item.link);
    }
    const std::vector<Target> targets = find_targets(links);
    runfiles_.root_symlinks.reserve(items.size());
    auto target = targets.begin();
    for (const WalkedItem& item : items) {
      if (is_staged(item)) {
        add_staged(item, *target++);
      } else {
        add_kept(item);
      }
    }
    found_.throw_if_errors();
    warn_of_strangers();
    for (const Entry& entry : runfiles_.root_symlinks) {
      if (entry.kind == EntryKind::kTreeArtifact)
        add_tree(entry, TreeLinks::kKept, runfiles_, arena_);
    }
    return std::move(runfiles_);
  }

 private:
  static bool is_staged(const WalkedItem& item) {
    return item.link.starts_with('/') && item.path != "MANIFEST";
  }

  void add(std::string_view path, EntryKind kind, std::string_view content) {
    runfiles_.root_symlinks.push_back(
        {.path = path, .content = content, .origin = origin_, .kind = kind});
  }

  void add_staged(const WalkedItem& item, const Target& target) {
    if (const std::string why = target.fault(); !why.empty()) {
      return fault(item, fmt::format("links to '{}', which {}", item.link, why),
                   "build the target again, so that what its runfiles link to exists");
    }
    const bool is_tree = target.type == TargetType::kDirectory;
    add(item.path, is_tree ? EntryKind::kTreeArtifact : EntryKind::kFile, item.link);
    if (!is_tree) runfiles_.root_symlinks.back().stamp = arena_.keep(target.stamp);
  }

  void add_kept(const WalkedItem& item) {
    switch (item.type) {
      case DiskType::kFile:
        if (item.path != "MANIFEST") add_real_file(item);
        return;
      case DiskType::kSymlink:
        if (item.path != "MANIFEST") add(item.path, EntryKind::kSymlink, item.link);
        return;
      case DiskType::kDirectory:
        if (item.path == "_main") runfiles_.workspace = item.path;
        if (item.is_empty) add(item.path, EntryKind::kDirectory, {});
        return;
      case DiskType::kOther:
        return fault(item,
                     "is a socket, a pipe or a device: expected a file, a link or a directory", {});
    }
  }

  void add_real_file(const WalkedItem& item) {
    const std::string_view on_disk = arena_.join(directory_, item.path);
    const Target target = find_targets(std::span(&on_disk, 1)).front();
    if (target.type == TargetType::kUnreachable) {
      throw system_error(on_disk, "cannot stat", target.error);
    }
    if (target.type != TargetType::kFile) throw Error({std::string(on_disk)}, kNoFileAnyMore);
    if (target.stamp.size == 0) return add(item.path, EntryKind::kEmptyFile, {});
    if (is_listed(item.path)) {
      add(item.path, EntryKind::kFile, on_disk);
      runfiles_.root_symlinks.back().stamp = arena_.keep(target.stamp);
      return;
    }
    if (strangers_++ == 0) stranger_ = item.path;
  }

  // Whether Bazel knows of a real file. Seldom asked: it makes links.
  bool is_listed(std::string_view path) {
    const std::string manifest = directory_ + "/MANIFEST";
    if (!listed_) {
      const std::string_view place = manifest;
      const Target target = find_targets(std::span(&place, 1)).front();
      if (target.type == TargetType::kUnreachable) return true;
      if (target.type != TargetType::kFile) throw Error({manifest}, "is not a regular file");
      listed_ = list_runfiles_manifest(manifest, arena_);
    }
    return std::ranges::binary_search(*listed_, path);
  }

  void warn_of_strangers() {
    if (strangers_ == 0) return;
    found_.warn(
        {origin_.position(),
         fmt::format("{} file{} that MANIFEST does not list {} left out, such as '{}'", strangers_,
                     strangers_ == 1 ? "" : "s", strangers_ == 1 ? "is" : "are", stranger_),
         {},
         "programs that ran from here wrote such files; `bazel build` does not"});
  }

  void fault(const WalkedItem& item, const std::string& what, std::string help) {
    found_.error(
        {origin_.position(), fmt::format("'{}' {}", item.path, what), {}, std::move(help)});
  }

  const std::string& directory_;
  const Origin origin_;
  StringArena& arena_;
  Diagnostics& found_;
  Store* store_;                                         // may be null
  std::optional<std::vector<std::string_view>> listed_;  // read when first asked for
  size_t strangers_ = 0;
  std::string_view stranger_;  // the first of them
  Runfiles runfiles_;
};

}  // namespace

Runfiles read_runfiles_directory(const std::string& directory, StringArena& arena,
                                 Diagnostics& found, Store* store) {
  return DirectoryReader(without_trailing_slashes(directory), arena, found, store).run();
}

}  // namespace layer
