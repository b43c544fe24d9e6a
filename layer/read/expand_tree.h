// Lists what is inside a tree artifact: a directory that an action declared as its output, or a
// source directory.
#pragma once

#include <string_view>
#include <vector>

#include "layer/entry.h"
#include "layer/runfiles.h"
#include "layer/string_arena.h"

namespace layer {

// The entries of a tree as Runfiles::trees holds them: paths relative to `directory`, sorted; empty
// directories and relative inner links as they are. A sandbox stages a tree as a directory of
// absolute links, one a file, so an absolute inner link is what it leads to: a file, or a directory
// whose entries are the tree's too. `declared_at` is the origin of every entry. Throws Error when
// something in it can be neither read nor kept.
std::vector<Entry> expand_tree(std::string_view directory, const Origin& declared_at,
                               StringArena& arena);

// Puts the entries of a kTree entry into `runfiles.trees`, unless they are there.
void add_tree(const Entry& tree, Runfiles& runfiles, StringArena& arena);

}  // namespace layer
