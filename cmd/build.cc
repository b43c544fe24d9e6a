// Plans, writes the layers straight into the image's place, assembles it, and prints what was made.
#include "cmd/build.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "cmd/options/help_format.h"
#include "cmd/options/image_options.h"
#include "cmd/options/layer_lock.h"
#include "cmd/options/written_paths.h"
#include "cmd/project/project_arguments.h"
#include "cmd/report/diagnostic_json.h"
#include "cmd/report/failure.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/steps/build_memo.h"
#include "cmd/steps/build_summary.h"
#include "cmd/steps/checking.h"
#include "cmd/steps/planning.h"
#include "cmd/steps/provenance_file.h"
#include "cmd/steps/sbom_file.h"
#include "cmd/steps/starting.h"
#include "cmd/steps/writing.h"
#include "layer/base/json.h"
#include "layer/identify/stamp_sources.h"
#include "oci/read/stored_image.h"
#include "oci/write/delivery.h"
#include "oci/write/destination.h"
#include "oci/write/image.h"

namespace cmd {
namespace {

struct BuildArguments {
  PlanningOptions planning;
  WritingOptions writing;
  ImageOptions image;
  CheckLevel check = CheckLevel::kError;
  std::vector<std::string> sboms;  // paths
  ProvenanceOptions provenance;
  bool json = false;
  const CLI::App* command = nullptr;  // that they were parsed for
};

// The user's changes over what makes a program of the inputs run.
oci::ConfigChanges program_changes(const BuildArguments& options, const PlanningState& planned,
                                   const oci::StoredImage* base) {
  oci::ConfigChanges changes = config_changes(options.image);
  start_program(planned.plan.program, changes);
  if (planned.venv) {
    start_in_venv(*planned.venv, planned.tree, base, options.planning.venv.variables, changes);
  }
  return changes;
}

// Where what has no name yet is written.
std::string scratch_of(const BuildArguments& options) {
  return scratch_folder(output_references(options.image).front().path);
}

std::optional<CheckCounts> run_checks(const BuildArguments& options, const PlanningState& planned,
                                      const oci::StoredImage* base, layer::Store* store) {
  if (options.check == CheckLevel::kOff) return std::nullopt;
  return report_findings(
      check_plan(planned, options.planning, base, program_changes(options, planned, base), store),
      options.check);
}

// Steps 3 and 4 of the inputs that `planned` holds, and the checks: all but the layers.
BuildResult plan_and_check(const BuildArguments& options,
                           const std::optional<oci::StoredImage>& base, const Tools& tools,
                           PlanningState& planned) {
  const MessageRecorder recorder;
  if (options.planning.plan_file.empty()) {
    plan_inputs(options.planning, base, scratch_of(options), tools, planned);
  }
  const layer::TraceScope step(tools.trace.get(), "check");
  BuildResult result;
  result.checks = run_checks(options, planned, base ? &*base : nullptr, tools.store.get());
  result.plan = layer::summarize(planned.plan);
  result.dropped = planned.dropped;
  result.messages = recorder.text();
  return result;
}

// What eStargz layers begin with.
layer::StartFiles start_files(const BuildArguments& options, const PlanningState& planned,
                              const oci::StoredImage* base) {
  layer::StartFiles start;
  if (compression(options.writing).format != layer::LayerFormat::kEstargz) return start;
  start.listed = listed_start_files(options.writing);
  start.program = planned.plan.program;
  const oci::ConfigChanges changes = program_changes(options, planned, base);
  for (const auto& words : {changes.entrypoint, changes.cmd}) {
    if (!words) continue;
    for (const std::string& word : *words) {
      const bool is_relative = !word.starts_with('/') && changes.working_dir;
      start.words.push_back(is_relative ? *changes.working_dir + '/' + word : word);
    }
  }
  return start;
}

oci::Image assemble(const BuildArguments& options, const PlanningState& planned,
                    const oci::StoredImage* base, const std::vector<layer::WrittenLayer>& written) {
  std::vector<oci::NewLayer> layers;
  layers.reserve(written.size());
  for (const layer::WrittenLayer& layer : written) layers.push_back(oci::describe_layer(layer));
  oci::ImageRequest request;
  request.base = base;
  request.layers = layers;
  request.changes = program_changes(options, planned, base);
  request.annotations = manifest_annotations(options.image);
  request.platform = wanted_platform(options.planning.base);
  return oci::assemble_image(request);
}

std::vector<NamedOutput> build_outputs(const BuildArguments& options) {
  std::vector<NamedOutput> outputs = image_outputs(output_references(options.image));
  const std::string& lock = options.planning.layer_lock;
  if (!lock.empty()) outputs.push_back({"--layer-lock", lock});
  const std::string& trace = options.writing.tools.timing.trace_file;
  if (!trace.empty()) outputs.push_back({"--trace", trace});
  for (const std::string& path : options.sboms) outputs.push_back({"--sbom", path});
  const std::string& provenance = options.provenance.path;
  if (!provenance.empty()) outputs.push_back({"--provenance", provenance});
  return outputs;
}

// The image, with the files that appear together with it; some of them are there already.
void deliver_build(const BuildArguments& options, const PlanningState& planned, const Tools& tools,
                   const oci::Image& image, oci::Delivery& delivery,
                   std::vector<layer::ResultFile>& files) {
  {
    const layer::TraceScope step(tools.trace.get(), "deliver");
    delivery.prepare(image);
    if (planned.plan.lock) {
      add_layer_lock(options.planning.layer_lock, *planned.plan.lock, files);
    }
  }
  add_trace_file(tools.trace.get(), options.writing.tools.timing, files);
  show_results(&delivery, files);
  print_timings(tools.trace.get(), options.writing.tools.timing);
}

FinishedBuild build(const BuildArguments& options) {
  const std::vector<oci::ImageReference> outputs = output_references(options.image);
  const Tools tools = open_tools(options.writing.tools);
  const std::optional<oci::StoredImage> base =
      open_base(options.planning.base, scratch_of(options));
  const oci::StoredImage* on = base ? &*base : nullptr;
  // Values that say nothing on this base are told of before anything is read or, of a virtual
  // environment, which sets some itself, before anything is written.
  const std::optional<oci::Platform> platform = wanted_platform(options.planning.base);
  const bool has_venv = options.planning.inputs.venv.is_given();
  if (!has_venv) final_config(on, platform, config_changes(options.image));
  PlanningState planned = options.planning.plan_file.empty()
                              ? read_inputs(options.planning, tools)
                              : make_plan(options.planning, base, scratch_of(options), tools);
  layer::stamp_sources(planned.plan.layers, *planned.stamps);
  if (has_venv) final_config(on, platform, program_changes(options, planned, on));
  std::optional<layer::TraceScope> step(std::in_place, tools.trace.get(), "look for the layers");
  layer::StartFiles start = start_files(options, planned, on);
  const BuildMemo memo(*options.command, options.planning, compression(options.writing), start,
                       planned, on, tools.store.get());
  std::vector<layer::CachedLayer> stored;
  std::optional<BuildResult> result = memo.recall(stored);
  const bool is_done = result.has_value();
  step.reset();
  if (is_done) {
    print_message(result->messages);
  } else {
    result = plan_and_check(options, base, tools, planned);
  }
  oci::Delivery delivery(outputs, scratch_of(options));
  if (base) delivery.add_base(*base, tools.store.get());
  for (const layer::CachedLayer& layer : stored) {
    delivery.layers().add(layer.layer, layer.blob->file.get());
  }
  if (!is_done) {
    add_linked_start_files(planned.tree, planned.plan, start);
    result->layers = write_layers(planned.plan.layers, options.writing, start,
                                  options.planning.jobs, delivery.layers(), tools);
    memo.remember(*result);
  }
  FinishedBuild built;
  built.result = std::move(*result);
  built.base = options.planning.base.base;
  built.base_layers = base ? base->layers.size() : 0;
  built.image = assemble(options, planned, on, built.result.layers);
  std::vector<layer::ResultFile> files;
  if (!options.sboms.empty() || !options.provenance.path.empty()) {
    step.emplace(tools.trace.get(), "list the packages");
    const BuiltImage looked_into =
        look_into(built.image, delivery,
                  {options.planning.base.limits, options.planning.jobs, tools.store.get()});
    add_sbom_files(options.sboms, looked_into, files);
    add_provenance_file(options.provenance, looked_into, on, built.base, outputs, files);
  }
  step.emplace(tools.trace.get(), "commit to the store");
  commit_store(tools.store.get(), options.writing.tools.store);
  step.reset();
  print_warnings(oci::delivery_warnings(outputs, built.image));
  deliver_build(options, planned, tools, built.image, delivery, files);
  return built;
}

void run_build(BuildArguments& options) {
  const auto begin = std::chrono::steady_clock::now();
  if (!options.planning.layer_lock.empty()) check_layer_lock(options.planning.layer_lock);
  const std::vector<NamedOutput> outputs = build_outputs(options);
  check_outputs(outputs);
  options.planning.inputs.tree_options.own_outputs = written_paths(outputs, options.writing.tools);
  std::FILE* const out = take_stdout(outputs) ? stderr : stdout;
  try {
    FinishedBuild built;
    run_with_tools(options.writing.tools, [&] { built = build(options); });
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    if (options.json) {
      print_build_json(options.image, built, time.count(), out);
    } else if (!is_quiet()) {
      print_build_text(options.image, built, time.count(), out);
    }
  } catch (const CLI::Error&) {
    throw;  // of the command line, whose errors are no document
  } catch (const std::exception& error) {
    if (options.json) print_to(out, layer::dump_report(error_json(as_error(error))));
    throw;
  }
}

}  // namespace

void add_build_command(CLI::App& app) {
  const auto options = std::make_shared<BuildArguments>();
  CLI::App* command = app.add_subcommand("build", "Build an image of a program");
  options->command = command;
  options->writing.is_logged = true;
  add_planning_options(*command, options->planning);
  add_writing_options(*command, options->writing);
  add_image_options(*command, options->image);
  add_check_option(*command, options->check);
  add_sbom_option(*command, options->sboms);
  command->add_flag("--json", options->json, "Print the summary as JSON, or the errors");
  show_first(*command, {"--venv", "--app", "--tree", "--entrypoint", "--base", "--output"});
  add_project_option(*command);
  add_provenance_option(*command, options->provenance);
  command->callback([options] { run_build(*options); });
}

}  // namespace cmd
