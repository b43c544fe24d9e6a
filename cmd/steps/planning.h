// Makes the plan of what the command line names: steps 1 to 4 of a build.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/planning_options.h"
#include "cmd/options/runfiles_layout_options.h"
#include "cmd/options/tools.h"
#include "layer/identify/identify.h"
#include "layer/model/string_arena.h"
#include "layer/place/venv_layout.h"
#include "layer/plan/plan_image.h"
#include "oci/read/read_base.h"

namespace cmd {

// A plan, what it was made from (nothing, if it was read from a file), and the arenas that own the
// texts of both.
struct PlanningState {
  std::unique_ptr<layer::StringArena> arena;
  std::unique_ptr<layer::StringArena> stamps;  // apart: files are looked at beside the base
  layer::PlanOptions rules;                    // by which the plan is made
  layer::FileTree tree;
  std::optional<layer::Venv> venv;
  std::vector<layer::DroppedPaths> dropped;  // by the layout
  std::optional<oci::BaseImage> base;
  layer::ImagePlan plan;
};

// Steps 1 and 2: reads the inputs, and stats each file. Not for a plan that is read from a file.
// Prints warnings to stderr. Throws layer::Error, or CLI::ParseError for options that do not go
// together.
PlanningState read_inputs(const PlanningOptions& options, const Tools& tools);

// Steps 3 and 4 for what read_inputs() read: fills in `planned`, on the base if there is one. What
// is unpacked of the base passes through the folder `scratch`. A store saves looking into files
// that it knows. Prints warnings, and what a layout dropped, to stderr. Throws layer::Error.
void plan_inputs(const PlanningOptions& options, const std::optional<oci::StoredImage>& base,
                 const std::string& scratch, const Tools& tools, PlanningState& planned);

// Steps 1 to 4, or else reads the plan from the file of --plan. Such a plan has no stamps
// (layer/identify/stamp_sources.h).
PlanningState make_plan(const PlanningOptions& options, const std::optional<oci::StoredImage>& base,
                        const std::string& scratch, const Tools& tools = {});

}  // namespace cmd
