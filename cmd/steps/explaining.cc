// Has the plan explained, adds what the checks say, and tells whether anything is not there.
#include "cmd/steps/explaining.h"

#include <fmt/core.h>

#include "cmd/report/exit_code.h"
#include "cmd/report/messages.h"
#include "cmd/steps/checking.h"
#include "layer/plan/explain.h"

namespace cmd {

void explain_paths(const std::vector<std::string>& paths,
                   const std::vector<layer::Finding>& findings, const PlanningState& planned,
                   bool as_json) {
  const layer::Explainer explainer(planned.tree, planned.plan);
  std::vector<layer::Explanation> explanations;
  explanations.reserve(paths.size());
  for (const std::string& path : paths) explanations.push_back(explainer.explain(path));
  explain_checks(findings, planned, explanations);
  if (as_json) print_to(stdout, layer::explanations_to_json(explanations));
  bool has_unknown = false;
  for (const layer::Explanation& explanation : explanations) {
    if (!as_json && !is_quiet()) print_to(stdout, layer::explanation_to_text(explanation));
    const bool is_base_path =
        planned.base && planned.base->tree.resolve(explanation.path).node != nullptr;
    has_unknown = has_unknown || (!explanation.is_known && !is_base_path);
  }
  if (has_unknown) throw CLI::RuntimeError(kFailed);  // all is said
}

}  // namespace cmd
