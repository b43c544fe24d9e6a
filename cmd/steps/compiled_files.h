// --pyc: which compiled Python files an image has.
#pragma once

#include <vector>

#include "cmd/options/planning_options.h"
#include "cmd/steps/planning.h"
#include "layer/identify/identify.h"
#include "layer/store/store.h"

namespace cmd {

// Whether the options say anything of compiled files that reading the inputs has not settled.
bool has_compiled_files_to_settle(const PlanningOptions& options, const PlanningState& planned);

// Keeps, drops or makes the compiled files of the tree, whose modules have their places. Prints a
// note of those that are left out. `store` may be null. Throws layer::Error.
void settle_compiled_files(const PlanningOptions& options, layer::Store* store,
                           PlanningState& planned, std::vector<layer::FileFacts>& facts);

}  // namespace cmd
