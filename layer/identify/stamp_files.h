// Stats every file of a tree that its reader has not statted, and keeps the result in Entry::stamp.
#pragma once

#include "layer/disk/stamp.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

// The stamp of a kFile entry's file now. Throws Error, with the position of its declaration, if the
// file is missing or is not a regular file.
Stamp look_at(const Entry& entry);

// Sets Entry::stamp of each kFile entry that has none from its reader. One stat per file, in
// parallel; the stamps are in `arena`. Throws like look_at().
void stamp_files(FileTree& tree, StringArena& arena);

}  // namespace layer
