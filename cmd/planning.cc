// Option names and the four calls behind them.
#include "cmd/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cmd/messages.h"

namespace cmd {
namespace {

constexpr unsigned kMaxLayers = 127;        // what engines mount with overlayfs
constexpr int64_t kMaxTime = 077777777777;  // of a ustar header

void add_input_options(CLI::App& command, layer::InputRequest& inputs) {
  const auto add = [&command](const char* name, std::string& value, const char* help) {
    return command.add_option(name, value, help)->type_name("PATH")->group("Inputs");
  };
  const auto add_repeatable = [&command](const char* name, std::vector<std::string>& values,
                                         const char* help) {
    return command.add_option(name, values, help)->allow_extra_args(false)->group("Inputs");
  };
  add("BINARY", inputs.binary, "A binary that Bazel built; its runfiles are found beside it");
  add("--runfiles", inputs.runfiles_directory, "A runfiles directory, instead of BINARY");
  add("--runfiles-manifest", inputs.runfiles_manifest, "A runfiles manifest of Bazel, likewise");
  add("--spec", inputs.spec, "A veneer spec, as a Bazel rule writes it, likewise");
  add_repeatable("--mtree", inputs.mtrees, "An mtree file; repeatable")->type_name("FILE");
  add_repeatable("--tree", inputs.trees, "A file or directory and its place; repeatable")
      ->type_name("SRC:DEST");
  add("--prefix", inputs.prefix, "Where the program goes in the image (default: /app)");
  add("--name", inputs.name, "The program's name in the image (default: its own)")
      ->type_name("NAME");
}

void add_layer_options(CLI::App& command, layer::PlanOptions& plan) {
  const std::map<std::string, layer::LayerSplit> splits{{"groups", layer::LayerSplit::kGroups},
                                                        {"one", layer::LayerSplit::kOne}};
  command
      .add_option("--layers", plan.layers.split,
                  "groups: interpreter, packages, app (default); one: a single layer")
      ->transform(CLI::CheckedTransformer(splits).description(""))
      ->type_name("groups|one")
      ->group("Layers");
  command
      .add_option("--max-layers", plan.layers.max_layers,
                  "Layers to make at the most (default: 16)")
      ->check(CLI::Range(3U, kMaxLayers).description(""))
      ->type_name("N")
      ->group("Layers");
  command
      .add_option("--own-layer-size", plan.layers.own_layer_size,
                  "Size that gives a package a layer of its own (default: 10MB)")
      ->transform(CLI::AsSizeValue(true).description(""))
      ->type_name("SIZE")
      ->group("Layers");
  command
      .add_option("--mtime", plan.mtime,
                  "Modification time of every entry whose input states none (default: 0)")
      ->envname("SOURCE_DATE_EPOCH")
      ->check(CLI::Range(int64_t{0}, kMaxTime).description(""))
      ->type_name("SECONDS")
      ->group("Layers");
}

}  // namespace

void add_planning_options(CLI::App& command, PlanningOptions& options) {
  add_input_options(command, options.inputs);
  add_layer_options(command, options.plan);
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  command
      .add_option("-j,--jobs", options.jobs,
                  "Threads (default: one a core); changes the time, not the bytes")
      ->check(CLI::Range(1U, 1024U).description(""))
      ->type_name("N");
}

// Whether the four ways to name a program's runfiles were used at most once.
void check_inputs(const layer::InputRequest& inputs) {
  const std::array programs{inputs.binary, inputs.runfiles_directory, inputs.runfiles_manifest,
                            inputs.spec};
  const auto given = std::count_if(programs.begin(), programs.end(),
                                   [](const std::string& value) { return !value.empty(); });
  if (given > 1) {
    throw CLI::ValidationError(
        "runfiles named twice",
        "BINARY, --runfiles, --runfiles-manifest and --spec exclude each other");
  }
  if (given == 0 && inputs.mtrees.empty() && inputs.trees.empty()) {
    throw CLI::ValidationError("nothing to pack",
                               "give BINARY, --runfiles, --runfiles-manifest, --spec, --mtree or "
                               "--tree");
  }
}

Planned make_plan(const PlanningOptions& options, layer::Store* store, layer::Trace* trace) {
  check_inputs(options.inputs);
  Planned planned;
  planned.arena = std::make_unique<layer::StringArena>();
  layer::Diagnostics found;
  std::optional<layer::TraceScope> step(std::in_place, trace, "read inputs");
  layer::Inputs gathered = layer::gather_inputs(options.inputs, *planned.arena, found);
  print_warnings(found.warnings());
  planned.program = std::move(gathered.program);
  planned.tree = std::move(gathered.tree);
  step.emplace(trace, "identify");
  planned.facts = layer::identify(planned.tree, options.jobs, store);
  step.emplace(trace, "plan");
  planned.plan = layer::plan_image(planned.tree, planned.facts, options.plan, *planned.arena);
  return planned;
}

}  // namespace cmd
