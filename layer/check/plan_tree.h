// A plan as the tree of an image that is not written yet, its files looked into.
#pragma once

#include <string_view>

#include "layer/check/finding.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"
#include "layer/probe/probe.h"

namespace layer {

class Store;

// Puts the plan's layers on top of `tree`, which holds the base with inodes as `probes` has them;
// the first is numbered `base_layers`. Reads what the checks need of the files, on as many threads
// as the calling task arena has. `entry_point` is a path of the image that is looked into whatever its name. Modes that content
// decides are filled in. What cannot be put there is told in `findings`. Throws Error for a file
// that cannot be read. A store, if given, saves opening files that did not change.
void add_plan(const ImagePlan& plan, uint32_t base_layers, std::string_view entry_point,
              ImageTree& tree, Probes& probes, Findings& findings, Store* store = nullptr);

// The files as the input declares them, no link made by veneer among them, on top of the base.
ImageTree tree_of_input(const ImageTree& base, const FileTree& input);

}  // namespace layer
