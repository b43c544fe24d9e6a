// Lists what is inside a tree artifact: a directory that an action declared as its output, or a
// source directory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

enum class TreeLinks : uint8_t {
  kKept,      // what a directory holds, for an input that is as its maker left it
  kFollowed,  // what a build system says of it: files. A sandbox and a remote executor may show each
              // link as what it leads to and leave out empty directories, so both count as nothing;
              // what is opened is below `directory`, wherever links lead from there.
};

// The entries of a tree as Runfiles::trees holds them: paths relative to `directory`, sorted; with
// kKept empty directories and relative inner links as they are. A sandbox stages a tree as a directory of
// absolute links, one a file, so an absolute inner link is what it leads to: a file, or a directory
// whose entries are the tree's too. `declared_at` is the origin of every entry. Throws Error when
// something in it can be neither read nor kept.
std::vector<Entry> expand_tree(std::string_view directory, const Origin& declared_at,
                               TreeLinks links, StringArena& arena);

// Puts the entries of a kTreeArtifact entry into `runfiles.trees`, unless they are there.
void add_tree(const Entry& tree, TreeLinks links, Runfiles& runfiles, StringArena& arena);

}  // namespace layer
