// Walks directories, and follows links where they are not to be kept.
#include "layer/bsdtar/disk_members.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "layer/base/xattrs.h"
#include "layer/disk/real_path.h"
#include "layer/disk/staged_link.h"
#include "layer/model/relative_path.h"
#include "layer/read/expand_tree.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

class DiskReader {
 public:
  DiskReader(const std::string& directory, const DiskOptions& options, StringArena& arena,
             Members& members, std::vector<Diagnostic>& warnings)
      : directory_(directory),
        options_(options),
        arena_(arena),
        members_(members),
        warnings_(warnings) {}

  // What is at `name`, and below it.
  void add(std::string_view name, DiskLinks links) {
    const std::string path = on_disk(name);
    const std::string real = links == DiskLinks::kKeep ? unstaged_path(path) : path;
    if (links == DiskLinks::kKeep) {
      if (const auto text = unstaged_link_text(path)) return add_link(name, arena_.copy(*text));
    }
    struct stat status = {};
    if (stat(real.c_str(), &status) != 0) throw system_error(path, "cannot read", errno);
    if (members_.excludes(name)) return;  // with all that is below it
    const FileIdentity identity{status.st_dev, status.st_ino};
    if (identity == options_.archive) return leave_out(name, path);
    if (S_ISREG(status.st_mode)) return add_file(name, real, status.st_mode);
    if (!S_ISDIR(status.st_mode)) throw_other(path);
    add_directory(name, real, status.st_mode);
    if (options_.recurses) add_below(name, real);
  }

 private:
  // What is at `path` is the archive itself.
  void leave_out(std::string_view name, const std::string& path) {
    if (!members_.selects(name)) return;
    warnings_.push_back({{path}, "is left out: an archive cannot be added to itself", {}, {}});
  }

  // All that is in the directory `name`, which can be read at `real`.
  void add_below(std::string_view name, const std::string& real) {
    enter(real);
    const LeavesOut leaves_out = [&](const WalkedItem& item, const FileIdentity& identity) {
      const std::string below = fmt::format("{}/{}", name, item.path);
      if (members_.excludes(below)) return true;
      if (identity != options_.archive) return false;
      leave_out(below, real + "/" + std::string(item.path));
      return true;
    };
    const std::vector<WalkedItem> items = walk(real, leaves_out, arena_);
    charge(items.size(), real);
    for (const WalkedItem& item : items) {
      const std::string_view below = arena_.join(name, item.path);
      switch (item.type) {
        case DiskType::kFile:
          add_file(below, real + "/" + std::string(item.path), item.mode);
          break;
        case DiskType::kDirectory:
          add_directory(below, real + "/" + std::string(item.path), item.mode);
          break;
        case DiskType::kSymlink:
          if (members_.selects(below)) add_found_link(below, real, item);
          break;
        case DiskType::kOther:
          if (members_.selects(below)) throw_other(real + "/" + std::string(item.path));
      }
    }
    places_.pop_back();
  }

  // Links in directories behind links multiply: ten levels of two links each are 1,024 directories.
  void enter(const std::string& real) {
    if (places_.size() > kMaxNestedLinks) {
      const std::string here = real_path(real);
      const bool is_loop = std::ranges::any_of(
          places_, [&here](const std::string& place) { return real_path(place) == here; });
      if (is_loop) throw Error({real}, "is reached through a loop of links");
      throw Error(
          {real},
          fmt::format(
              "is reached through links to directories that are nested more than {} levels deep",
              kMaxNestedLinks));
    }
    places_.push_back(real);
  }

  void charge(size_t items, const std::string& real) {
    if (places_.size() == 1) return;  // behind no link
    followed_ += items;
    if (followed_ <= options_.max_followed) return;
    throw Error({real}, fmt::format("is one of the directories that links lead to, which have more "
                                    "than {} entries in all",
                                    options_.max_followed))
        .with_help(limit_help(kMaxEntriesOption));
  }

  // A relative link is never one that stages; for another it matters what its path is called.
  void add_found_link(std::string_view name, const std::string& real, const WalkedItem& item) {
    const bool follows = options_.links == DiskLinks::kFollow;
    if (!follows && !item.link.starts_with('/')) return add_link(name, item.link);
    if (real != on_disk(name.substr(0, name.size() - item.path.size() - 1)) && !follows) {
      return add_link(name, item.link);  // behind a link already
    }
    add(name, follows ? DiskLinks::kFollow : DiskLinks::kKeep);
  }

  void add_file(std::string_view name, const std::string& path, mode_t mode) {
    Member member = named(path);
    member.entry.kind = EntryKind::kFile;
    member.entry.content = arena_.copy(path);
    if (options_.links == DiskLinks::kFollow) member.source = MemberSource::kFollowed;
    if (!members_.selects(name)) return;
    member.entry.attributes = attributes_of(path, mode);
    members_.add(member, name);
  }

  void add_directory(std::string_view name, const std::string& path, mode_t mode) {
    Member member = named(name);
    member.entry.kind = EntryKind::kDirectory;
    if (!members_.selects(name)) return;
    member.entry.attributes = attributes_of(path, mode);
    members_.add(member, name);
  }

  void add_link(std::string_view name, std::string_view text) {
    Member member = named(name);
    member.entry.kind = EntryKind::kSymlink;
    member.entry.content = text;
    members_.add(member, name);
  }

  Member named(std::string_view path) {
    Member member;
    member.entry.origin = {arena_.intern(Declaration{.file = path})};
    return member;
  }

  const Attributes* attributes_of(const std::string& path, mode_t mode) {
    Attributes attributes;
    attributes.mode = mode & 07777U;
    if (options_.keeps_xattrs) attributes.xattrs = arena_.intern_at(read_xattrs(path));
    return arena_.intern(attributes);
  }

  std::string on_disk(std::string_view name) const {
    const bool is_below = !directory_.empty() && !name.starts_with('/');
    return is_below ? directory_ + "/" + std::string(name) : std::string(name);
  }

  [[noreturn]] static void throw_other(const std::string& path) {
    throw Error({path}, "is a socket, a pipe or a device: expected a file, a link or a directory");
  }

  const std::string directory_;
  const DiskOptions options_;
  StringArena& arena_;
  Members& members_;
  std::vector<Diagnostic>& warnings_;
  std::vector<std::string> places_;  // that are being walked, one through a link in the other
  uint64_t followed_ = 0;            // entries found behind links
};

}  // namespace

void add_from_disk(const std::string& directory, std::string_view name, const DiskOptions& options,
                   StringArena& arena, Members& members, std::vector<Diagnostic>& warnings) {
  while (name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  DiskReader(directory, options, arena, members, warnings)
      .add(name, options.links == DiskLinks::kFollowNamed ? DiskLinks::kFollow : options.links);
}

}  // namespace layer
