// Splits one line of a plan's text form into fields.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "layer/model/string_arena.h"

namespace layer {

// The word of a line whose file is not on disk: its last field has the file's bytes.
inline constexpr std::string_view kPlanContentWord = "c";

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

}  // namespace layer
