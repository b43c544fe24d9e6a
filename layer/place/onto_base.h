// Places entries through the links of a base image, where a container would find them.
#pragma once

#include <vector>

#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/place.h"

namespace layer {

// Where the base has `lib -> usr/lib`, what is placed below `lib`, and a directory placed at `lib`,
// goes to `usr/lib`: a layer with a directory `lib` would replace the link. The text of a relative
// symlink that moves is changed where it would lead elsewhere from its new directory.
//
// Throws Error, with all it finds, when entries meet at one path (directories may, unless what is
// stated about them differs), when something would replace a directory of the base, and when
// something lies below a file of the base.
void place_onto_base(const FileTree& tree, const ImageTree& base, std::vector<Placement>& placed,
                     StringArena& arena);

}  // namespace layer
