// Reads directories in parallel, each closed before those in it are opened.
#include "layer/read/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
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

// What is in one directory, as the disk says it: one text for all names and links, because a thread
// that lists cannot use the arena.
struct Listing {
  struct Item {
    size_t name = 0;  // where in `text`
    size_t name_size = 0;
    size_t link = 0;
    size_t link_size = 0;
    uint32_t mode = 0;
    DiskType type = DiskType::kFile;
  };
  std::string text;
  std::vector<Item> items;

  std::string_view name(const Item& item) const {
    return std::string_view(text).substr(item.name, item.name_size);
  }
  std::string_view link(const Item& item) const {
    return std::string_view(text).substr(item.link, item.link_size);
  }
};

void add_link(int directory, const std::string& path, const char* name, Listing::Item& item,
              Listing& listing) {
  std::array<char, PATH_MAX> text;  // a link's text is shorter than PATH_MAX: symlink(2)
  const ssize_t size = readlinkat(directory, name, text.data(), text.size());
  if (size < 0) throw system_error(path + '/' + name, "cannot read link", errno);
  item.link = listing.text.size();
  item.link_size = static_cast<size_t>(size);
  listing.text.append(text.data(), item.link_size);
}

void add_item(int directory, const std::string& path, const dirent& entry, WalkDetail detail,
              Listing& listing) {
  Listing::Item item;
  item.name = listing.text.size();
  item.name_size = std::strlen(entry.d_name);
  listing.text.append(entry.d_name, item.name_size);
  const bool is_link = entry.d_type == DT_LNK;
  if (entry.d_type == DT_UNKNOWN || (detail == WalkDetail::kModes && !is_link)) {
    struct stat status = {};
    if (fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      throw system_error(path + '/' + entry.d_name, "cannot stat", errno);
    }
    item.type = type_of_mode(status.st_mode);
    if (detail == WalkDetail::kModes && item.type != DiskType::kSymlink) {
      item.mode = status.st_mode & 07777U;
    }
  } else {
    item.type = type_of_mode(DTTOIF(entry.d_type));
  }
  if (item.type == DiskType::kSymlink) add_link(directory, path, entry.d_name, item, listing);
  listing.items.push_back(item);
}

Listing list(const std::string& path, WalkDetail detail) {
  const OpenDirectory directory(opendir(path.c_str()));
  if (!directory) throw system_error(path, "cannot open directory", errno);
  Listing listing;
  for (;;) {
    errno = 0;
    // POSIX.1-2008: safe while no other thread reads the same DIR.
    const dirent* entry = readdir(directory.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) break;
    const std::string_view child = entry->d_name;
    if (child == "." || child == "..") continue;
    add_item(dirfd(directory.get()), path, *entry, detail, listing);
  }
  if (errno != 0) throw system_error(path, "cannot read directory", errno);
  std::ranges::sort(listing.items, [&](const Listing::Item& a, const Listing::Item& b) {
    return listing.name(a) < listing.name(b);
  });
  return listing;
}

// Lists directories some at a time, in parallel, each some's contents being the next ones' names.
class Walker {
 public:
  Walker(const std::string& root, WalkDetail detail, StringArena& arena)
      : root_(root), detail_(detail), arena_(arena) {}

  std::vector<WalkedItem> run() {
    directories_.emplace_back();
    for (size_t begin = 0; begin < directories_.size();) {
      const size_t end = std::min(begin + kBatch, directories_.size());
      list_some(begin, end);
      begin = end;
    }
    std::vector<WalkedItem> sorted;
    sorted.reserve(items_.size());
    append_below(0, sorted);
    return sorted;
  }

 private:
  static constexpr size_t kBatch = 512;  // directories, whose listings are in memory together
  static constexpr size_t kGrain = 4;

  void list_some(size_t begin, size_t end) {
    std::vector<Listing> listings(end - begin);
    tbb::parallel_for(tbb::blocked_range<size_t>(begin, end, kGrain), [&](const auto& range) {
      for (size_t i = range.begin(); i != range.end(); ++i) {
        const std::string_view path = directories_[i].path;
        listings[i - begin] = list(path.empty() ? root_ : root_ + '/' + std::string(path), detail_);
      }
    });
    for (size_t i = begin; i < end; ++i) add(i, listings[i - begin]);
  }

  void add(size_t index, const Listing& listing) {
    const std::string_view path = directories_[index].path;
    directories_[index].first = items_.size();
    directories_[index].count = listing.items.size();
    for (const Listing::Item& found : listing.items) {
      WalkedItem item{.path = arena_.join(path, listing.name(found))};
      item.type = found.type;
      item.mode = found.mode;
      item.link = arena_.copy(listing.link(found));
      items_.push_back(item);
      if (item.type != DiskType::kDirectory) continue;
      if (directories_[index].first_directory == 0) {
        directories_[index].first_directory = directories_.size();
      }
      directories_.emplace_back().path = item.path;
    }
  }

  // What is in a directory, each directory in it followed by its own.
  void append_below(size_t index, std::vector<WalkedItem>& sorted) const {
    const Directory& directory = directories_[index];
    size_t next = directory.first_directory;
    for (size_t i = directory.first; i < directory.first + directory.count; ++i) {
      sorted.push_back(items_[i]);
      if (items_[i].type != DiskType::kDirectory) continue;
      sorted.back().is_empty = directories_[next].count == 0;
      append_below(next++, sorted);
    }
  }

  // Found in one listing, directories and their items stand together, in the order of their names.
  struct Directory {
    std::string_view path{};  // below the root
    size_t first = 0;         // of its items
    size_t count = 0;
    size_t first_directory = 0;  // of those in it; 0: none
  };

  const std::string root_;
  const WalkDetail detail_;
  StringArena& arena_;
  std::vector<Directory> directories_;  // found so far
  std::vector<WalkedItem> items_;
};

}  // namespace

std::vector<WalkedItem> walk(const std::string& directory, WalkDetail detail, StringArena& arena) {
  return Walker(directory, detail, arena).run();
}

}  // namespace layer
