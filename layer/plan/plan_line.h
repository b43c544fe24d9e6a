// Checks the fields of one line of a plan's text form, and fills in what they say.
#pragma once

#include <string_view>
#include <vector>

#include "layer/model/plan.h"
#include "layer/model/string_arena.h"
#include "layer/plan/split_line.h"

namespace layer {

struct PlanSummary;

// Fills in an entry, except for its origin, from a line with the right number of fields. What the
// entry refers to beside the fields is in the arena. Rules that involve other lines (order,
// parents, a hardlink's target) are not checked.
PlanLineFault parse_plan_entry(const std::vector<PlanField>& fields, StringArena& arena,
                               TarEntry& entry);

// The same for a path that is left to the base image.
PlanLineFault parse_plan_base(const std::vector<PlanField>& fields, InBase& entry);

// Fills in the summary's numbers, in the order of PlanSummary, from a summary line.
PlanLineFault parse_plan_summary(const std::vector<PlanField>& fields, PlanSummary& summary);

}  // namespace layer
