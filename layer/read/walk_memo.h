// What directories held when an earlier run listed them, for as long as they say they did not change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "layer/model/string_arena.h"
#include "layer/read/walk.h"
#include "layer/store/store.h"

namespace layer {

// One directory of a walk.
struct ListedDirectory {
  std::string_view path{};  // below the root
  Stamp stamp{};
  size_t first = 0;  // of its items, among all of the walk
  size_t count = 0;
};

// A directory's times change with every name that comes or goes in it, and a link cannot be changed
// but by putting another in its place; so the stamp of a directory stands for the names, types and
// links in it. Not for the modes of what is in it.
class WalkMemo {
 public:
  // What the store knows of a walk of `root`, each directory being looked at, in parallel. The texts
  // live in `arena`.
  WalkMemo(const std::string& root, Store& store, StringArena& arena);

  // Null unless it is known, and is as it was. Any thread.
  const ListedDirectory* find(std::string_view path) const;
  const WalkedItem* items(const ListedDirectory& directory) const {
    return items_.data() + directory.first;
  }

  // Memos a walk for later runs: all directories whose stamps can be trusted.
  void replace(const std::vector<ListedDirectory>& directories,
               const std::vector<WalkedItem>& items);

 private:
  void keep_unchanged(const std::string& root, const std::vector<ListedDirectory>& directories);

  const Digest key_;
  Store& store_;
  std::vector<WalkedItem> items_;
  std::unordered_map<std::string_view, const ListedDirectory> directories_;
};

}  // namespace layer
