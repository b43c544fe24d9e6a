// Splits one line of a plan's text form into fields and checks each field.
#pragma once

#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

struct PlanSummary;

// What is wrong with a line, and at which offset in it.
struct PlanLineFault {
  size_t offset = 0;
  std::string message;  // empty: nothing is wrong
};

struct PlanField {
  std::string_view text;  // without escapes
  size_t offset = 0;      // in the line
};

// Splits a line into `fields`; the first is its letter or word. Returns a fault if that fails.
PlanLineFault split_plan_line(std::string_view line, StringArena& arena,
                              std::vector<PlanField>& fields);

// Checks that there are as many fields as a line needs that begins with the first one.
PlanLineFault check_field_count(const std::vector<PlanField>& fields);

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
