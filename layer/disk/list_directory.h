// What is in one directory, and nothing below it.
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
  kTypes,  // no stat where the directory entry tells the type
  kModes,
};

// Which file or directory it is on this machine, whatever its names.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;

  bool operator==(const FileIdentity&) const = default;
};

// In the order of the names. One text holds all names and links, because a thread that lists cannot
// use the arena.
struct Listing {
  struct Item {
    size_t name = 0;  // where in `text`
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

// Throws Error, naming the path, when something cannot be read. Any thread.
Listing list_directory(const std::string& path, WalkDetail detail);

}  // namespace layer
