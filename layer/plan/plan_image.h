// Step 4: one home for each real file, links for the rest, split into layers. Touches no disk.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "layer/base/error.h"
#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"
#include "layer/model/string_arena.h"
#include "layer/place/base_contents.h"
#include "layer/plan/layers.h"

namespace layer {

struct PlanOptions {
  LayerOptions layers;
  int64_t mtime = 0;        // of all entries that state none; seconds since the epoch
  std::string shared_root;  // parse_shared_root()'s; empty: repositories stay in the runfiles
  uint64_t content_link_min = kMinContentLinkSize;  // as identify() was given
};

// The image that the layers go on.
struct BaseForPlanning {
  const ImageTree* tree = nullptr;         // null: there is none
  const BaseContents* contents = nullptr;  // null: nothing is left out because the base has it
};

// `facts` are identify()'s for this tree. The plan's texts live in `arena`, the tree's own and the
// base's. Directories that the base has keep its mode, owner and time unless an
// input states them. Throws Error, with all conflicts at once, when entries meet, or the tree cannot
// lie on the base (place_onto_base()); warnings go to `found`.
ImagePlan plan_image(const FileTree& tree, const std::vector<FileFacts>& facts,
                     const PlanOptions& options, StringArena& arena, Diagnostics& found,
                     const BaseForPlanning& base = {});

// What a plan holds, for the summary that people read.
struct PlanSummary {
  uint64_t files = 0;         // stored
  uint64_t stored_bytes = 0;  // of those files
  uint64_t symlinks = 0;
  uint64_t hardlinks = 0;
  uint64_t linked_bytes = 0;    // that would be stored again without the links veneer made
  uint64_t repeated_bytes = 0;  // ImagePlan::repeated_bytes
  uint64_t in_base = 0;         // entries of ImagePlan::in_base
  uint64_t bytes_in_base = 0;
};
PlanSummary summarize(const ImagePlan& plan);
// Of entries alone: what is said of a whole image is 0.
PlanSummary summarize(std::span<const LayerPlan> layers);

}  // namespace layer
