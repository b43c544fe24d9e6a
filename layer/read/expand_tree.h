// Lists the content of a tree artifact (a directory that an action outputs) or source directory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

// How many links to directories are followed, each in a directory behind the one before. A sandbox
// stages with one level of links. More could multiply without end in sight: eight levels of
// directories that each hold two links to the next are 256 copies already.
inline constexpr size_t kMaxNestedLinks = 8;

enum class TreeLinks : uint8_t {
  kKept,      // links in the directory are real: for inputs as their maker left them
  kFollowed,  // a build system declares only files. A sandbox or remote executor may show each
              // link as its target and omit empty directories, so neither is kept as such. The
              // paths to open are below `directory`, wherever its links lead.
};

// The entries of a tree in the form of Runfiles::trees: paths relative to `directory`, sorted. With
// kKept, empty directories and relative inner links are kept as they are. A sandbox stages a tree
// as a directory of absolute links, one per file, so an absolute inner link counts as what it leads
// to: a file, or a directory whose entries become the tree's. `declared_at` is the origin of every
// entry. Throws Error for anything in the tree that can be neither read nor kept.
std::vector<Entry> expand_tree(std::string_view directory, const Origin& declared_at,
                               TreeLinks links, StringArena& arena);

// Expands a kTreeArtifact entry into `runfiles.tree_artifacts`, unless it is there already.
void add_tree(const Entry& tree, TreeLinks links, Runfiles& runfiles, StringArena& arena);

}  // namespace layer
