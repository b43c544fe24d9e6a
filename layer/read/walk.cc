// Reads directories one at a time, each closed before those in it are opened.
#include "layer/read/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include "layer/error.h"

namespace layer {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }  // only EBADF, and it is open
};
using OpenDirectory = std::unique_ptr<DIR, CloseDirectory>;

DiskType type_of_mode(mode_t mode) {
  if (S_ISREG(mode)) return DiskType::kFile;
  if (S_ISDIR(mode)) return DiskType::kDirectory;
  if (S_ISLNK(mode)) return DiskType::kSymlink;
  return DiskType::kOther;
}

bool by_path(const WalkedItem& a, const WalkedItem& b) {
  return a.path < b.path;
}

class Walker {
 public:
  Walker(const std::string& root, WalkDetail detail, StringArena& arena)
      : root_(root), detail_(detail), arena_(arena) {}

  std::vector<WalkedItem> run() {
    visit({});
    // Depth-first order differs from bytewise order only where a name goes on with a byte below '/'
    // ("a-b" comes before "a/x"), so there is seldom anything to sort.
    if (!std::ranges::is_sorted(items_, by_path)) std::ranges::sort(items_, by_path);
    return std::move(items_);
  }

 private:
  std::string on_disk(std::string_view path) const {
    return path.empty() ? root_ : root_ + "/" + std::string(path);
  }

  // Appends what is in a directory; false when nothing is.
  bool visit(std::string_view path) {
    std::vector<WalkedItem> found = list(path);
    std::ranges::sort(found, by_path);
    for (const WalkedItem& item : found) {
      const size_t index = items_.size();
      items_.push_back(item);
      if (item.type == DiskType::kDirectory) {
        const bool has_items = visit(item.path);
        items_[index].is_empty = !has_items;
      }
    }
    return !found.empty();
  }

  std::vector<WalkedItem> list(std::string_view path) {
    const std::string name = on_disk(path);
    const OpenDirectory directory(opendir(name.c_str()));
    if (!directory) throw system_error(name, "cannot open directory", errno);
    std::vector<WalkedItem> found;
    for (;;) {
      errno = 0;
      // POSIX.1-2008: safe while no other thread reads the same DIR.
      const dirent* entry = readdir(directory.get());  // NOLINT(concurrency-mt-unsafe)
      if (entry == nullptr) break;
      const std::string_view child = entry->d_name;
      if (child == "." || child == "..") continue;
      found.push_back(describe(dirfd(directory.get()), path, *entry));
    }
    if (errno != 0) throw system_error(name, "cannot read directory", errno);
    return found;
  }

  WalkedItem describe(int directory, std::string_view path, const dirent& entry) {
    WalkedItem item{.path = arena_.join(path, entry.d_name)};
    const bool is_link = entry.d_type == DT_LNK;
    if (entry.d_type == DT_UNKNOWN || (detail_ == WalkDetail::kModes && !is_link)) {
      struct stat status = {};
      if (fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        throw system_error(on_disk(item.path), "cannot stat", errno);
      }
      item.type = type_of_mode(status.st_mode);
      if (detail_ == WalkDetail::kModes) item.mode = status.st_mode & 07777U;
    } else {
      item.type = type_of_mode(DTTOIF(entry.d_type));
    }
    if (item.type == DiskType::kSymlink) {
      item.mode = 0;
      item.link = read_link(directory, entry.d_name, item.path);
    }
    return item;
  }

  std::string_view read_link(int directory, const char* name, std::string_view path) {
    std::array<char, PATH_MAX> text;  // a link's text is shorter than PATH_MAX: symlink(2)
    const ssize_t size = readlinkat(directory, name, text.data(), text.size());
    if (size < 0) throw system_error(on_disk(path), "cannot read link", errno);
    return arena_.copy({text.data(), static_cast<size_t>(size)});
  }

  const std::string root_;
  const WalkDetail detail_;
  StringArena& arena_;
  std::vector<WalkedItem> items_;
};

}  // namespace

std::vector<WalkedItem> walk(const std::string& directory, WalkDetail detail, StringArena& arena) {
  return Walker(directory, detail, arena).run();
}

}  // namespace layer
