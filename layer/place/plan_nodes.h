// Turns plans into nodes and trees, as a container will see them.
#pragma once

#include <cstdint>

#include "layer/model/image_tree.h"
#include "layer/model/plan.h"

namespace layer {

// A planned entry as a node of the layer. A hardlink becomes a file without source and inode, which
// are those of its target.
Node to_node(const TarEntry& entry, uint32_t layer);

// The tree of all layers of a plan. A hardlink becomes a file with its target's source and inode.
ImageTree tree_of_plan(const ImagePlan& plan);

}  // namespace layer
