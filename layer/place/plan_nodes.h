// Views of what is planned as the file system that a container will see.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"

namespace layer {

// A planned entry as a node of that layer. A hardlink is a file without source and inode: those are
// its target's.
Node to_node(const TarEntry& entry, uint32_t layer);

// The nodes of these entries, which are in tree order, and of the directories that they imply.
// Sizes and inodes are not known here.
std::vector<Node> nodes_of_entries(const std::vector<Entry>& entries, uint32_t layer);

// The tree of them alone.
ImageTree tree_of_entries(const std::vector<Entry>& entries);

// The tree of all layers of a plan. A hardlink is a file with its target's source and inode.
ImageTree tree_of_plan(const ImagePlan& plan);

}  // namespace layer
