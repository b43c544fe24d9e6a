// Moves entries through the links of a base image to where a container finds them.
#pragma once

#include <vector>

#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/place.h"

namespace layer {

// Example: if the base has `lib -> usr/lib`, entries below `lib`, and a directory `lib`, are placed
// at `usr/lib`, because a layer with a directory `lib` would replace the base's link. The text of a
// relative symlink that moves is changed if it would lead elsewhere from its new directory.
//
// Throws Error, with all that it finds, if two entries meet at one path (directories may, if
// nothing different is stated about them), if an entry would replace a directory of the base, or if
// an entry lies below a file of the base.
void place_onto_base(const FileTree& tree, const ImageTree& base, std::vector<Placement>& placed,
                     StringArena& arena);

}  // namespace layer
