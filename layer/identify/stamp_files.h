// Stats every file of a tree that its reader has not statted, and keeps the result in Entry::stamp.
#pragma once

#include "layer/disk/stamp.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

// What the file of a kFile entry is like now. Throws Error, with where the entry was declared, for
// one that is missing or no regular file.
Stamp look_at(const Entry& entry);

// Gives each kFile entry its Entry::stamp, in `arena`: one stat a file, in parallel, unless its
// reader looked at it. Throws as look_at().
void stamp_files(FileTree& tree, StringArena& arena);

}  // namespace layer
