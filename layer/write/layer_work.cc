// Cuts a layer into frames, computes their keys, and looks them up.
#include "layer/write/layer_work.h"

namespace layer {

LayerWork prepare_layer(const LayerPlan& plan, Compression compression, Reuse* reuse) {
  LayerWork work;
  work.frames = cut_frames(plan, frame_rule(compression));
  for (const Frame& frame : work.frames) work.tar_size += frame.tar_size;
  work.keys.frames.resize(work.frames.size());
  if (reuse == nullptr) return work;
  work.keys = reuse->keys(plan, work.frames);
  if (work.keys.layer) work.stored = reuse->find_layer(*work.keys.layer, plan.name);
  if (work.stored) {
    work.frames.clear();
  } else {
    work.start = reuse->find_start(work.keys, work.frames);
  }
  return work;
}

}  // namespace layer
