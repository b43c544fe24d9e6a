// The inputs and layer options that build, plan and layer share, and the plan made of them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "layer/inputs.h"
#include "layer/plan/plan_image.h"
#include "layer/string_arena.h"

namespace cmd {

struct PlanningOptions {
  layer::InputRequest inputs;
  layer::PlanOptions plan;
  unsigned jobs = 1;
};

// A plan together with the arena that owns its texts.
struct Planned {
  std::unique_ptr<layer::StringArena> arena;
  std::optional<layer::Program> program;
  layer::ImagePlan plan;
};

// Adds the options to a sub-command; they are filled in when it is parsed.
void add_planning_options(CLI::App& command, PlanningOptions& options);

// Steps 1 to 4. Prints warnings to stderr.
Planned make_plan(const PlanningOptions& options);

}  // namespace cmd
