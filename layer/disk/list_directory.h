// Lists one directory: names, types, link texts and modes, but nothing below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/stamp.h"

namespace layer {

enum class DiskType : uint8_t { kFile, kDirectory, kSymlink, kOther };

enum class WalkDetail : uint8_t {
  kTypes,  // no stat where the directory entry has the type
  kModes,
};

// Identifies a file or directory on this machine, whatever its names are.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;

  bool operator==(const FileIdentity&) const = default;
};

// The items of a directory, in the order of their names. All names and link texts are in one
// string, because threads that list directories cannot use the arena.
struct Listing {
  struct Item {
    size_t name = 0;  // its offset in `text`
    size_t name_size = 0;
    size_t link = 0;
    size_t link_size = 0;
    FileIdentity identity{};  // of a file or directory; none unless modes are asked for
    uint32_t mode = 0;        // permission bits of a file or directory; 0 unless asked for
    DiskType type = DiskType::kFile;
  };
  std::string text;
  std::vector<Item> items;
  Stamp stamp;  // of the directory, before it was read

  std::string_view name(const Item& item) const {
    return std::string_view(text).substr(item.name, item.name_size);
  }
  std::string_view link(const Item& item) const {
    return std::string_view(text).substr(item.link, item.link_size);
  }
};

// Lists `path`, but no temporaries of veneer's (is_temporary_name()). Throws Error, naming the path,
// if something cannot be read. Safe to call from any thread.
Listing list_directory(const std::string& path, WalkDetail detail);

}  // namespace layer
