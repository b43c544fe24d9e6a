// Determines what is to be done for each layer, before any file is read.
#pragma once

#include <optional>
#include <vector>

#include "layer/model/plan.h"
#include "layer/write/frames.h"
#include "layer/write/reuse.h"

namespace layer {

// A layer to be written. The frames in `start` are copied from the store; each other frame is
// built, or reused if the store has it. If the store has the whole layer (`stored`), `frames` is
// empty.
struct LayerWork {
  std::vector<Frame> frames;
  uint64_t tar_size = 0;
  LayerKeys keys;  // without a store, all absent
  KnownStart start;
  std::optional<CachedLayer> stored;
};

// Cuts the layer and looks it up. `reuse` is null without a store.
LayerWork prepare_layer(const LayerPlan& plan, Compression compression, Reuse* reuse);

}  // namespace layer
