// Keeps listings of directories in the store, valid as long as the directories do not change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/model/string_arena.h"
#include "layer/read/walk.h"
#include "layer/store/store.h"

namespace layer {

// One directory of a walk, and its items.
struct ListedDirectory {
  std::string_view path{};  // below the root
  Stamp stamp{};
  size_t first = 0;  // of its items, among all items of the walk
  size_t count = 0;
};

// A directory's times change with every name that is added or removed in it, and a link can be
// changed only by replacing it. So a directory's stamp stands for the names, types and links in it,
// but not for the modes of what is in it.
class WalkMemo {
 public:
  // Loads what the store has of a walk of `root`, and stats each of its directories, in parallel.
  // Texts live in `arena`. `store` must outlive this object.
  WalkMemo(const std::string& root, Store& store, StringArena& arena);

  // The directory, if it is known and unchanged; else null. Safe to call from any thread.
  const ListedDirectory* find(std::string_view path) const;
  const WalkedItem* items(const ListedDirectory& directory) const {
    return items_.data() + directory.first;
  }

  // Stores a walk for later runs: all directories whose stamps can be trusted.
  void replace(const std::vector<ListedDirectory>& directories,
               const std::vector<WalkedItem>& items);

 private:
  void keep_unchanged(const std::string& root, const std::vector<ListedDirectory>& directories);

  const Digest key_;
  Store& store_;
  std::vector<WalkedItem> items_;
  NameMap<const ListedDirectory> directories_;
};

}  // namespace layer
