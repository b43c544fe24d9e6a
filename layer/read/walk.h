// Lists everything below a directory, following no link.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/string_arena.h"

namespace layer {

enum class DiskType : uint8_t { kFile, kDirectory, kSymlink, kOther };

struct WalkedItem {
  std::string_view path;    // relative to the directory walked
  std::string_view link{};  // kSymlink: its text
  uint32_t mode = 0;        // permission bits of a file or directory; 0 unless asked for
  DiskType type = DiskType::kFile;
  bool is_empty = false;  // kDirectory: nothing in it
};

enum class WalkDetail : uint8_t {
  kTypes,  // no stat where the directory entry tells the type
  kModes,
};

// All items in tree order (see tree_order()); the directory itself, which is followed if it is a
// link, is not one. Throws Error, naming the path, when one cannot be read. Directories are read in
// parallel: about a microsecond an item plus readlink for each link, over the threads.
std::vector<WalkedItem> walk(const std::string& directory, WalkDetail detail, StringArena& arena);

}  // namespace layer
