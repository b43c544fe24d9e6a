// Lists everything below a directory, without following links.
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

// Decides whether an item, and with a directory everything below it, is left out. Called on the
// calling thread, for all items of a directory before any below it. The identity is set only with
// kModes.
using LeavesOut = std::function<bool(const WalkedItem& item, const FileIdentity& identity)>;

// All items, in tree order (see tree_order()). The directory itself is not an item, and is followed
// if it is a link. Throws Error, naming the path, if one cannot be read. Directories are read in
// parallel: about a microsecond per item, plus a readlink per link, divided by the threads. With a
// store, kTypes costs one stat for a directory that did not change since an earlier walk.
std::vector<WalkedItem> walk(const std::string& directory, WalkDetail detail, StringArena& arena,
                             Store* store = nullptr);

// The same with kModes, without the items that are left out.
std::vector<WalkedItem> walk(const std::string& directory, const LeavesOut& leaves_out,
                             StringArena& arena);

}  // namespace layer
