// Reads back the plan's text form, which the grammar in docs/plan_format.md describes.
#pragma once

#include <string>
#include <string_view>

#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

// The plan that `text` prints, whose texts live in it and in `arena`; `file` is its name in
// messages, and in the entries' origins, which are the plan's own lines. What plan_to_text() cannot
// have printed is refused: throws Error, with all faults at once and the line and column of each.
ImagePlan parse_plan(std::string_view text, const std::string& file, StringArena& arena);

// The same of a file's text. Throws Error when it cannot be read.
ImagePlan read_plan(const std::string& file, StringArena& arena);

}  // namespace layer
