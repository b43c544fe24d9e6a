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
#include "layer/string_arena.h"

namespace cmd {

struct PlanningOptions {
  layer::InputRequest inputs;
  layer::PlanOptions plan;
  std::vector<std::string> rules;  // --layer
  std::string layer_lock;          // a file; empty: none is kept
  std::string shared_root;
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

// Steps 1 to 4. Prints warnings to stderr.
Planned make_plan(const PlanningOptions& options);

}  // namespace cmd
