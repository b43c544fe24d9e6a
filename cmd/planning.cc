// Option names and the four calls behind them.
#include "cmd/planning.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>
#include <thread>

#include "cmd/messages.h"
#include "layer/store/identify.h"

namespace cmd {
namespace {

constexpr unsigned kMaxLayers = 127;  // overlayfs mounts no more with most engines

void add_input_options(CLI::App& command, layer::InputRequest& inputs) {
  CLI::Option* binary = command.add_option(
      "BINARY", inputs.binary, "a binary that Bazel built; its runfiles are found beside it");
  CLI::Option* directory =
      command.add_option("--runfiles", inputs.runfiles_directory, "a runfiles directory");
  CLI::Option* manifest = command.add_option("--runfiles-manifest", inputs.runfiles_manifest,
                                             "a runfiles manifest of Bazel");
  CLI::Option* spec =
      command.add_option("--spec", inputs.spec, "a veneer spec, as a Bazel rule writes it");
  directory->excludes(binary);
  manifest->excludes(binary)->excludes(directory);
  spec->excludes(binary)->excludes(directory)->excludes(manifest);
  command.add_option("--mtree", inputs.mtrees, "an mtree file (repeatable)")->allow_extra_args(false);
  command.add_option("--tree", inputs.trees, "SRC:DEST, a file or directory (repeatable)")
      ->allow_extra_args(false);
  command.add_option("--prefix", inputs.prefix, "where the program goes in the image")
      ->capture_default_str();
  command.add_option("--name", inputs.name, "the program's name in the image");
}

}  // namespace

void add_planning_options(CLI::App& command, PlanningOptions& options) {
  add_input_options(command, options.inputs);
  const std::map<std::string, layer::LayerSplit> splits{{"groups", layer::LayerSplit::kGroups},
                                                        {"one", layer::LayerSplit::kOne}};
  command
      .add_option("--layers", options.plan.layers.split,
                  "groups: interpreter, packages, app; one: a single layer")
      ->transform(CLI::CheckedTransformer(splits));
  command
      .add_option("--max-layers", options.plan.layers.max_layers, "layers to make at the most")
      ->check(CLI::Range(3U, kMaxLayers))
      ->capture_default_str();
  command
      .add_option("--own-layer-size", options.plan.layers.own_layer_size,
                  "size that gives a package a layer of its own, e.g. 10MB")
      ->transform(CLI::AsSizeValue(false));
  command
      .add_option("--mtime", options.plan.mtime,
                  "modification time of every entry, seconds since 1970")
      ->envname("SOURCE_DATE_EPOCH")
      ->check(CLI::Range(int64_t{0}, int64_t{077777777777}))
      ->capture_default_str();
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  command.add_option("-j,--jobs", options.jobs, "threads; changes the time, not the bytes")
      ->check(CLI::Range(1U, 1024U));
}

Planned make_plan(const PlanningOptions& options) {
  const layer::InputRequest& inputs = options.inputs;
  if (inputs.binary.empty() && inputs.runfiles_directory.empty() &&
      inputs.runfiles_manifest.empty() && inputs.spec.empty() && inputs.mtrees.empty() &&
      inputs.trees.empty()) {
    throw CLI::ValidationError("nothing to pack",
                               "give BINARY, --runfiles, --runfiles-manifest, --spec, --mtree or "
                               "--tree");
  }
  Planned planned;
  planned.arena = std::make_unique<layer::StringArena>();
  layer::Diagnostics found;
  layer::Inputs gathered = layer::gather_inputs(inputs, *planned.arena, found);
  print_warnings(found);
  planned.program = std::move(gathered.program);
  const auto facts = layer::identify(gathered.tree, options.jobs);
  planned.plan = layer::plan_image(gathered.tree, facts, options.plan, *planned.arena);
  return planned;
}

}  // namespace cmd
