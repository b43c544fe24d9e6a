// Reports what a layer replaces or changes of the base below it.
#pragma once

#include "layer/check/finding.h"
#include "layer/model/image_tree.h"

namespace layer {

// Adds a finding if `node`, an entry of a layer above `base`, replaces or changes something there:
// - an error if it hides everything that the base has in a directory;
// - a warning if it gives a directory another mode or owner, or replaces something of another kind;
// - a note if it replaces a file or link by another one, whatever their contents.
// What each eStargz layer has for itself may be replaced.
void check_replaced(const ImageTree& base, const Node& node, Findings& findings);

}  // namespace layer
