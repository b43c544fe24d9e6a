// Reads names, types where the directory entry has them, and link texts.
#include "layer/disk/list_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>

#include "layer/base/error.h"
#include "layer/disk/directory_handle.h"
#include "layer/disk/temporary_path.h"

namespace layer {
namespace {

DiskType type_of_mode(mode_t mode) {
  if (S_ISREG(mode)) return DiskType::kFile;
  if (S_ISDIR(mode)) return DiskType::kDirectory;
  if (S_ISLNK(mode)) return DiskType::kSymlink;
  return DiskType::kOther;
}

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
      item.identity = {status.st_dev, status.st_ino};
    }
  } else {
    item.type = type_of_mode(static_cast<mode_t>(DTTOIF(entry.d_type)));
  }
  if (item.type == DiskType::kSymlink) add_link(directory, path, entry.d_name, item, listing);
  listing.items.push_back(item);
}

}  // namespace

Listing list_directory(const std::string& path, WalkDetail detail) {
  const DirectoryHandle directory = try_open_directory(path);
  if (!directory) throw system_error(path, "cannot open directory", errno);
  struct stat status = {};
  if (fstat(dirfd(directory.get()), &status) != 0) throw system_error(path, "cannot stat", errno);
  Listing listing;
  listing.stamp = stamp_of(status);
  for (;;) {
    errno = 0;
    // POSIX.1-2008: safe while no other thread reads the same DIR.
    const dirent* entry = readdir(directory.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) break;
    const std::string_view child = entry->d_name;
    if (child == "." || child == ".." || is_temporary_name(child)) continue;
    add_item(dirfd(directory.get()), path, *entry, detail, listing);
  }
  if (errno != 0) throw system_error(path, "cannot read directory", errno);
  std::ranges::sort(listing.items, [&](const Listing::Item& a, const Listing::Item& b) {
    return listing.name(a) < listing.name(b);
  });
  return listing;
}

}  // namespace layer
