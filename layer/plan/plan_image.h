// Step 4: one home for each real file, links for the rest, split into layers. Touches no disk.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/file_tree.h"
#include "layer/plan/layers.h"
#include "layer/plan/plan.h"
#include "layer/store/identify.h"
#include "layer/string_arena.h"

namespace layer {

struct PlanOptions {
  LayerOptions layers;
  int64_t mtime = 0;  // of all entries that state none; seconds since the epoch
};

// `facts` are identify()'s for this tree; the plan points into them. Its texts live in `arena` and
// the tree's own.
ImagePlan plan_image(const FileTree& tree, const std::vector<FileFacts>& facts,
                     const PlanOptions& options, StringArena& arena);

// What a plan holds, for the summary that people read.
struct PlanSummary {
  uint64_t files = 0;         // stored
  uint64_t stored_bytes = 0;  // of those files
  uint64_t symlinks = 0;
  uint64_t hardlinks = 0;
  uint64_t linked_bytes = 0;    // that would be stored again without the links veneer made
  uint64_t repeated_bytes = 0;  // ImagePlan::repeated_bytes
};
PlanSummary summarize(const ImagePlan& plan);

}  // namespace layer
