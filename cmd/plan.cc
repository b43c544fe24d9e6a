// Prints the plan, or what it has to say about some paths, to stdout; writes nothing.
#include "cmd/plan.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/checking.h"
#include "cmd/planning.h"
#include "layer/plan/explain.h"
#include "layer/plan/plan_text.h"

namespace cmd {
namespace {

struct Options {
  PlanningOptions planning;
  std::vector<std::string> explain;  // paths of the image; empty: the whole plan
  bool json = false;
};

void explain(const Options& options, const Planned& planned, const oci::StoredImage* base) {
  const layer::Explainer explainer(planned.tree, planned.plan);
  std::vector<layer::Explanation> explanations;
  for (const std::string& path : options.explain) explanations.push_back(explainer.explain(path));
  oci::ConfigChanges changes;
  start_program(planned.plan.program, changes);
  explain_checks(check_plan(planned, options.planning, base, changes), planned, explanations);
  if (options.json) {
    fmt::print("{}", layer::explanations_to_json(explanations));
    return;
  }
  for (const layer::Explanation& explanation : explanations) {
    fmt::print("{}", layer::explanation_to_text(explanation));
  }
}

void run(const Options& options) {
  // Nothing there gets a name.
  const std::string scratch = std::filesystem::temp_directory_path();
  const std::optional<oci::StoredImage> base = open_base(options.planning.base, scratch);
  const Planned planned = make_plan(options.planning, base, scratch);
  if (!options.explain.empty()) return explain(options, planned, base ? &*base : nullptr);
  if (options.json) {
    fmt::print("{}", layer::plan_to_json(planned.plan));
    return;
  }
  layer::write_plan_text(planned.plan, [](std::string_view text) { fmt::print("{}", text); });
}

}  // namespace

void add_plan_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("plan", "Show what would go where in an image, and why");
  add_planning_options(*command, options->planning);
  command
      ->add_option("--explain", options->explain,
                   "Say in sentences why a path of the image is what it is; repeatable")
      ->allow_extra_args(false)
      ->type_name("PATH");
  command->add_flag("--json", options->json, "for programs; docs/plan_format.md names the schemas");
  command->callback([options] { run(*options); });
}

}  // namespace cmd
