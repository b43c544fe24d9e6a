// The inputs and layer options that build, plan and layer share, and the plan made of them.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cmd/layout.h"
#include "layer/inputs.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/venv_layout.h"
#include "layer/store/identify.h"
#include "layer/string_arena.h"

namespace cmd {

struct PlanningOptions {
  std::string plan_file;  // a plan's text, instead of inputs; empty: a plan is made
  layer::InputRequest inputs;
  LayoutOptions layout;
  layer::PlanOptions plan;
  unsigned jobs = 1;
};

// A plan, what it was made from (nothing, if it was read from a file), and the arena that owns the texts of both.
struct Planned {
  std::unique_ptr<layer::StringArena> arena;
  layer::FileTree tree;
  std::vector<layer::FileFacts> facts;       // of the tree's entries
  std::vector<layer::DroppedPaths> dropped;  // by the layout
  layer::ImagePlan plan;
};

// Adds the options to a sub-command; they are filled in when it is parsed.
void add_planning_options(CLI::App& command, PlanningOptions& options);

// Steps 1 to 4, or the plan read from a file. Prints warnings, and what a
// layout dropped, to stderr.
Planned make_plan(const PlanningOptions& options);

}  // namespace cmd
