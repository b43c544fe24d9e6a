// Stats the files of a plan that was read from its text form, which has no stamps.
#pragma once

#include <span>

#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

// Sets the stamp of each file of the layers, in the arena, so that the store can be searched for it
// and a change after this moment is seen. One stat per file. Throws Error with the plan's line for a
// file that has another size than the plan states. What is no file, or cannot be reached, gets no
// stamp; the writer reports it later.
void stamp_sources(std::span<LayerPlan> layers, StringArena& arena);

}  // namespace layer
