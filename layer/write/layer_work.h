// What is to be done for each layer, found out before any file is read.
#pragma once

#include <optional>
#include <vector>

#include "layer/model/plan.h"
#include "layer/write/frames.h"
#include "layer/write/reuse.h"

namespace layer {

// A layer on its way. The frames of `start` are taken over, the others are gone through; of a layer
// that is stored there are none.
struct LayerWork {
  std::vector<Frame> frames;
  uint64_t tar_size = 0;
  LayerKeys keys;  // without a store, of no frame
  KnownStart start;
  std::optional<CachedLayer> stored;
};

// `reuse` is null without a store.
LayerWork prepare_layer(const LayerPlan& plan, Codec codec, Reuse* reuse);

}  // namespace layer
