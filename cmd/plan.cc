// Prints the plan to stdout; reads inputs, writes nothing.
#include "cmd/plan.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cmd/planning.h"
#include "layer/plan/plan_text.h"

namespace cmd {
namespace {

struct Options {
  PlanningOptions planning;
  bool json = false;
};

void run(const Options& options) {
  // Nothing there gets a name.
  const std::string scratch = std::filesystem::temp_directory_path();
  const Planned planned =
      make_plan(options.planning, open_base(options.planning.base, scratch), scratch);
  fmt::print("{}",
             options.json ? layer::plan_to_json(planned.plan) : layer::plan_to_text(planned.plan));
}

}  // namespace

void add_plan_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("plan", "Show what would go where in an image, and why");
  add_planning_options(*command, options->planning);
  command->add_flag("--json", options->json, "for programs; docs/plan_format.md has the schema");
  command->callback([options] { run(*options); });
}

}  // namespace cmd
