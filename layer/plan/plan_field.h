// Spells a field of the plan's text form, and reads it back: docs/plan_format.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "layer/model/string_arena.h"

namespace layer {

// Appends the text. What no terminal shows as it is, is escaped.
void append_escaped(std::string_view text, std::string& out);

struct PlanFieldText {
  std::string_view text;  // the field itself, or in the arena
  size_t fault_at = 0;    // offset of what is wrong
  std::string fault;      // empty: nothing is
};

// What the field stands for. Each text has one spelling, that of append_escaped().
PlanFieldText read_plan_field(std::string_view field, StringArena& arena);

}  // namespace layer
