// One line of a plan's text form, split into its fields and checked field by field.
#pragma once

#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

struct PlanSummary;

// What is wrong, and at which offset of the line.
struct PlanLineFault {
  size_t offset = 0;
  std::string message;  // empty: nothing is
};

struct PlanField {
  std::string_view text;  // without escapes
  size_t offset = 0;      // in the line
};

// The fields of one line, the first its letter or word. A line that cannot be split gives a fault.
PlanLineFault split_plan_line(std::string_view line, StringArena& arena,
                              std::vector<PlanField>& fields);

// Whether `fields` are as many as a line that begins with their first one has.
PlanLineFault check_field_count(const std::vector<PlanField>& fields);

// Fills in all of an entry but its origin, from a line that has the right number of fields; what an
// entry keeps beside the fields is in the arena. What
// other lines have a say in (order, parents, a hardlink's target) is not looked at.
PlanLineFault parse_plan_entry(const std::vector<PlanField>& fields, StringArena& arena,
                               TarEntry& entry);

// The same of a path that is left to the base image.
PlanLineFault parse_plan_base(const std::vector<PlanField>& fields, InBase& entry);

// Fills in the summary's numbers, in the order of PlanSummary, from such a line.
PlanLineFault parse_plan_summary(const std::vector<PlanField>& fields, PlanSummary& summary);

}  // namespace layer
