// Views of what is planned as the file system that a container will see.
#pragma once

#include <vector>

#include "layer/entry.h"
#include "layer/image_tree.h"
#include "layer/plan/plan.h"

namespace layer {

// The tree of these entries, which are in tree order, with the directories that they imply. Sizes
// and inodes are not known here.
ImageTree tree_of_entries(const std::vector<Entry>& entries);

// The tree of all layers of a plan. A hardlink is a file with its target's source and inode.
ImageTree tree_of_plan(const ImagePlan& plan);

}  // namespace layer
