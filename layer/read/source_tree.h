// Reads a plain file or directory that is placed in an image as it is: `--tree SRC:DEST`.
#pragma once

#include <string_view>
#include <vector>

#include "layer/entry.h"
#include "layer/string_arena.h"

namespace layer {

// The entries of "SRC:DEST", split at the last colon, with paths below the image's root, in tree order. A
// directory SRC becomes DEST, and everything in it keeps its place: links with their texts, empty
// directories, and the modes of files and directories as Attributes. A file SRC becomes the file
// DEST, or DEST/SRC's name when DEST is empty or ends in '/'. SRC itself is followed if it is a
// link. Throws Error when `argument` cannot be used or something in SRC cannot be read or kept.
std::vector<Entry> read_source(std::string_view argument, StringArena& arena);

}  // namespace layer
