// What a plan comes to: a line a layer and a package.
#pragma once

#include "layer/model/file_tree.h"
#include "layer/model/plan.h"

namespace cmd {

// Prints on stdout each layer, bottom first, with the packages that it holds, largest first, and
// last what all layers have. `tree` is what was planned.
void print_plan_table(const layer::FileTree& tree, const layer::ImagePlan& plan);

}  // namespace cmd
