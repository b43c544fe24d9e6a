// What a layer takes from the base that it goes onto, by taking its place.
#pragma once

#include "layer/check/finding.h"
#include "layer/model/image_tree.h"

namespace layer {

// Adds what `node`, an entry of a layer above `base`, replaces or changes of it. An error hides all
// that the base has in a directory; a warning gives a directory another mode or owner, or puts
// something of another kind in a place; a note puts a file or link in the place of another one,
// whatever their contents.
void check_replaced(const ImageTree& base, const Node& node, Findings& findings);

}  // namespace layer
