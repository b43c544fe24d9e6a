// Lists everything below a directory, following no link.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/list_directory.h"
#include "layer/model/string_arena.h"

namespace layer {

struct WalkedItem {
  std::string_view path;    // relative to the directory walked
  std::string_view link{};  // kSymlink: its text
  uint32_t mode = 0;        // permission bits of a file or directory; 0 unless asked for
  DiskType type = DiskType::kFile;
  bool is_empty = false;  // kDirectory: nothing in it
};

class Store;

// Whether an item, and with a directory all that is below it, is left out. Asked on the calling thread,
// about each item of a directory before any that is below it. The identity is set with kModes.
using LeavesOut = std::function<bool(const WalkedItem& item, const FileIdentity& identity)>;

// All items in tree order (see tree_order()); the directory itself, which is followed if it is a
// link, is not one. Throws Error, naming the path, when one cannot be read. Directories are read in
// parallel: about a microsecond an item plus readlink for each link, over the threads. With a store,
// kTypes costs one stat for a directory that did not change since an earlier walk.
std::vector<WalkedItem> walk(const std::string& directory, WalkDetail detail, StringArena& arena,
                             Store* store = nullptr);

// The same with kModes, and without what is left out.
std::vector<WalkedItem> walk(const std::string& directory, const LeavesOut& leaves_out,
                             StringArena& arena);

}  // namespace layer
