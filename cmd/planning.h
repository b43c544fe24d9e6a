// The inputs and layer options that build, plan and layer share, and the plan made of them.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layer/inputs.h"
#include "layer/plan/plan_image.h"
#include "layer/store/identify.h"
#include "layer/store/store.h"
#include "layer/string_arena.h"
#include "layer/trace.h"

namespace cmd {

struct PlanningOptions {
  layer::InputRequest inputs;
  layer::PlanOptions plan;
  unsigned jobs = 1;
};

// A plan, what it was made from, and the arena that owns the texts of both.
struct Planned {
  std::unique_ptr<layer::StringArena> arena;
  layer::FileTree tree;
  std::vector<layer::FileFacts> facts;  // of the tree's entries
  std::optional<layer::Program> program;
  layer::ImagePlan plan;
};

// Adds the options to a sub-command; they are filled in when it is parsed.
void add_planning_options(CLI::App& command, PlanningOptions& options);

// Steps 1 to 4. Prints warnings to stderr. A store, if given, saves hashing files it knows.
Planned make_plan(const PlanningOptions& options, layer::Store* store = nullptr,
                  layer::Trace* trace = nullptr);

}  // namespace cmd
