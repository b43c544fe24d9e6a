// Stats the files of a plan that was read from its text form, which has no stamps.
#pragma once

#include <span>

#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

// Sets the stamp of each file of the layers, in the arena, so that the store can be searched for it.
// One stat per file. A file that is not as planned gets no stamp; the writer reports it later.
void stamp_sources(std::span<LayerPlan> layers, StringArena& arena);

}  // namespace layer
