// Builds the image tree of a plan that is not written yet, and probes its files.
#pragma once

#include <string_view>

#include "layer/check/finding.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"
#include "layer/probe/probe.h"

namespace layer {

class Store;

// Puts the plan's layers on top of `tree`, which holds the base, with inode numbers as in `probes`.
// The plan's first layer gets the number `base_layers`. Reads what the checks need to know of the
// files, on as many threads as the calling task arena has; `entry_point` is a path of the image
// that is read whatever its name. Modes that depend on content are filled in. What cannot be put
// there is added to `findings`. Throws Error for a file that cannot be read. A store, if given,
// saves opening files that did not change.
void add_plan(const ImagePlan& plan, uint32_t base_layers, std::string_view entry_point,
              ImageTree& tree, Probes& probes, Findings& findings, Store* store = nullptr);

}  // namespace layer
