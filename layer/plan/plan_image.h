// Makes the plan of an image: one home per real file, links, layers. Touches no disk.
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
#include "layer/plan/access.h"
#include "layer/plan/layers.h"

namespace layer {

struct PlanOptions {
  LayerOptions layers;
  AccessRules access;       // not for directories that the base has
  int64_t mtime = 0;        // of entries that state none; seconds since the epoch
  std::string shared_root;  // from parse_shared_root(); empty: repositories do not move
  uint64_t content_link_min = kMinContentLinkSize;  // as given to identify()
};

// The image that the layers go on.
struct BaseForPlanning {
  const ImageTree* tree = nullptr;         // null: no base
  const BaseContents* contents = nullptr;  // null: nothing is left out because the base has it
};

// Plans the image. `facts` are those of identify() for this tree. The plan's texts live in `arena`,
// in the tree's arena and in the base's. Directories that the base has keep its mode, owner and
// time unless an input states others. Throws Error, with all conflicts at once, if entries meet at
// one path, the tree cannot be placed on the base (place_onto_base()), or a rule of `access` changes
// nothing. Warnings go to `found`.
ImagePlan plan_image(const FileTree& tree, const std::vector<FileFacts>& facts,
                     const PlanOptions& options, StringArena& arena, Diagnostics& found,
                     const BaseForPlanning& base = {});

// Counts of what a plan holds, for the summary that people read.
struct PlanSummary {
  uint64_t files = 0;         // stored
  uint64_t stored_bytes = 0;  // of those files
  uint64_t symlinks = 0;
  uint64_t hardlinks = 0;
  uint64_t linked_bytes = 0;    // of files that links replace
  uint64_t repeated_bytes = 0;  // ImagePlan::repeated_bytes
  uint64_t in_base = 0;         // entries of ImagePlan::in_base
  uint64_t bytes_in_base = 0;
};
PlanSummary summarize(const ImagePlan& plan);
// Counts entries only; the numbers that concern a whole image are 0.
PlanSummary summarize(std::span<const LayerPlan> layers);

}  // namespace layer
