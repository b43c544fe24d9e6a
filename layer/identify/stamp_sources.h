// Looks at the files of a plan that was read from its text, which has no stamps.
#pragma once

#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

// Gives each file of the plan the stamp of its source, in the arena, so that a store can tell what it
// has of it. One stat a file; what is not as planned gets none, and the writer will say why.
void stamp_sources(ImagePlan& plan, StringArena& arena);

}  // namespace layer
