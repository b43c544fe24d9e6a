// Prints the plan or explains paths of it on stdout, or writes it to files, whole and in parts.
#include "cmd/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/options/check_with.h"
#include "cmd/options/help_format.h"
#include "cmd/options/tools.h"
#include "cmd/options/written_paths.h"
#include "cmd/report/manners.h"
#include "cmd/report/plan_table.h"
#include "cmd/report/results.h"
#include "cmd/steps/checking.h"
#include "cmd/steps/explaining.h"
#include "cmd/steps/planning.h"
#include "cmd/steps/starting.h"
#include "layer/plan/plan_text.h"
#include "oci/write/destination.h"

namespace cmd {
namespace {

struct PlanArguments {
  PlanningOptions planning;
  ToolOptions tools;
  std::vector<std::string> entrypoint;  // of the image, for the checks; empty: the program
  std::optional<std::string> user;      // of the image, likewise
  std::vector<std::string> explain;     // paths of the image; empty: the whole plan
  std::string output;                   // empty: stdout
  std::vector<std::string> parts;       // --layer-plan
  CheckLevel check = CheckLevel::kOff;
  bool files = false;  // on stdout, the whole plan instead of a table
  bool json = false;
};

struct Part {
  std::string layer;
  std::string path;
};

Part parse_part(const std::string& text) {
  const size_t at = text.find('=');
  if (at == 0 || at == std::string::npos || at + 1 == text.size()) {
    throw layer::Error("'" + text + "': expected NAME=FILE");
  }
  return {text.substr(0, at), text.substr(at + 1)};
}

// One file a layer. A layer that nobody asked for would be lost to whoever puts the image together
// from the parts.
void add_parts(const PlanArguments& options, const layer::ImagePlan& plan,
               std::vector<layer::ResultFile>& files) {
  if (options.parts.empty()) return;
  std::vector<Part> parts;
  for (const std::string& text : options.parts) parts.push_back(parse_part(text));
  for (const layer::LayerPlan& layer : plan.layers) {
    if (std::any_of(parts.begin(), parts.end(),
                    [&](const Part& part) { return part.layer == layer.name; })) {
      continue;
    }
    throw layer::Error("layer '" + layer.name + "' has no --layer-plan")
        .with_help("add --layer-plan " + layer.name +
                   "=FILE, or put its paths into a layer that has one, with --layer or groups of "
                   "the spec");
  }
  for (const Part& part : parts) {
    files.push_back(text_result(part.path, [&](const layer::WriteText& write) {
      layer::write_plan_part_text(plan, part.layer, write);
    }));
  }
}

// Prints the plan, or what it comes to, or adds it to the files.
void put_plan(const PlanArguments& options, const PlanningState& planned,
              std::vector<layer::ResultFile>& files) {
  const layer::ImagePlan& plan = planned.plan;
  const auto text = [&](const layer::WriteText& write) {
    if (options.json) return write(layer::plan_to_json(plan));
    layer::write_plan_text(plan, write);
  };
  if (!options.output.empty()) {
    files.push_back(text_result(options.output, text));
    return;
  }
  if (!options.parts.empty()) return;
  if (!options.files && !options.json) {
    if (!is_quiet()) print_plan_table(planned.tree, plan);
    return;
  }
  text([](std::string_view piece) { fmt::print("{}", piece); });
}

std::vector<layer::Finding> find_faults(const PlanArguments& options, const PlanningState& planned,
                                        const oci::StoredImage* base, layer::Store* store) {
  oci::ConfigChanges changes;
  if (!options.entrypoint.empty()) changes.entrypoint = oci::parse_arguments(options.entrypoint);
  changes.user = options.user;
  start_program(planned.plan.program, changes);
  if (planned.venv) {
    start_in_venv(*planned.venv, planned.tree, base, options.planning.venv.variables, changes);
  }
  return check_plan(planned, options.planning, base, changes, store);
}

std::vector<NamedOutput> plan_outputs(const PlanArguments& options) {
  std::vector<NamedOutput> outputs;
  if (!options.output.empty()) outputs.push_back({"--output", options.output});
  for (const std::string& text : options.parts) {
    outputs.push_back({"--layer-plan", parse_part(text).path});
  }
  return outputs;
}

void run_plan(PlanArguments& options) {
  const std::vector<NamedOutput> outputs = plan_outputs(options);
  check_outputs(outputs);
  options.planning.inputs.tree_options.own_outputs = written_paths(outputs, options.tools);
  // Nothing there gets a name.
  const std::string scratch = temporary_folder();
  const std::optional<oci::StoredImage> base = open_base(options.planning.base, scratch);
  const Tools tools = open_tools(options.tools);
  const PlanningState planned = make_plan(options.planning, base, scratch, tools);
  if (!options.explain.empty()) {
    return explain_paths(options.explain,
                         find_faults(options, planned, base ? &*base : nullptr, nullptr), planned,
                         options.json);
  }
  std::vector<layer::Finding> faults;
  if (options.check != CheckLevel::kOff) {
    faults = find_faults(options, planned, base ? &*base : nullptr, tools.store.get());
  }
  commit_store(tools.store.get(), options.tools.store);
  report_findings(faults, options.check);
  std::vector<layer::ResultFile> files;
  add_parts(options, planned.plan, files);
  put_plan(options, planned, files);
  show_results(nullptr, files);
}

}  // namespace

void add_plan_command(CLI::App& app, const Session* session) {
  const auto options = std::make_shared<PlanArguments>();
  CLI::App* command = app.add_subcommand(
      "plan", "Show which layers an image would have, with their packages or each path, and why");
  add_planning_options(*command, options->planning);
  command
      ->add_option(
          "--explain", options->explain,
          "Explain why a path of the image is what it is, as `veneer why` does; repeatable. "
          "The exit code is 1 if one of the paths is unknown")
      ->allow_extra_args(false)
      ->type_name("PATH");
  CLI::Option* files =
      command->add_flag("--files", options->files, "List each path, as what it is stored, and why");
  command->add_flag("--json", options->json, "Print JSON; docs/plan_format.md names the schemas")
      ->excludes(files);
  add_check_option(*command, options->check);
  command
      ->add_option("-e,--entrypoint", options->entrypoint,
                   "Command that the image will run, for the checks; written as for `veneer build` "
                   "(default: the program)")
      ->allow_extra_args(false)
      ->check(check_with([](const std::string& value) { oci::parse_arguments({value}); }))
      ->type_name("ARG");
  command
      ->add_option("-u,--user", options->user,
                   "User and group that the image will run as, for the checks: USER[:GROUP]")
      ->check(check_with(oci::parse_user));
  command->add_option("-o,--output", options->output, "Write the whole plan to FILE, for --plan")
      ->type_name("FILE");
  command
      ->add_option("--layer-plan", options->parts,
                   "Write the plan of the layer NAME to FILE; repeatable. With this option, every "
                   "layer needs a FILE. A NAME that is no layer gets a plan without layers")
      ->allow_extra_args(false)
      ->check(check_with(parse_part))
      ->type_name("NAME=FILE");
  show_first(*command, {"--venv", "--app", "--tree", "--base", "--files", "--output"});
  command->callback([options, session] {
    options->tools = session_tools(session);
    run_with_tools(options->tools, [&options] { run_plan(*options); });
  });
}

}  // namespace cmd
