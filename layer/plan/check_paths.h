// Holds the paths of a plan to what Linux can open and make.
#pragma once

#include "layer/model/plan.h"

namespace layer {

// Throws Error for each entry whose path or link text is too long (relative_path.h): inputs are
// checked when they are read, but what goes before their paths, the base's links and links that
// veneer makes are known only here.
void check_paths(const ImagePlan& plan);

}  // namespace layer
