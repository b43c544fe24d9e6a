// Explains paths of an image that is planned, for `plan` and `why`.
#pragma once

#include <string>
#include <vector>

#include "cmd/steps/planning.h"
#include "layer/check/finding.h"

namespace cmd {

// Prints why each path of the plan's image is what it is, with what the checks found about it.
// Throws CLI::RuntimeError, once all is printed, if neither the plan nor its base has one of them.
void explain_paths(const std::vector<std::string>& paths,
                   const std::vector<layer::Finding>& findings, const PlanningState& planned,
                   bool as_json);

}  // namespace cmd
