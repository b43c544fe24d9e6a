// Writes one layer of a plan as a file, for a build system that assembles images itself.
#include "cmd/layer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cmd/options/written_paths.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/steps/planning.h"
#include "cmd/steps/writing.h"
#include "layer/base/error.h"
#include "layer/identify/stamp_sources.h"
#include "oci/check/prove_layer.h"
#include "oci/write/destination.h"
#include "oci/write/layer_descriptor.h"

namespace cmd {
namespace {

struct LayerArguments {
  PlanningOptions planning;
  WritingOptions writing;
  std::string output;
  std::string descriptor;  // empty: beside the output
  std::string only;        // name of the layer; empty: the plan has just one
  bool empty = false;      // whether a plan without layers makes a layer without entries
};

// One blob in one file.
class BlobFile : public layer::LayerSink {
 public:
  explicit BlobFile(const std::string& path) : result_(path, scratch_folder(path)) {}

  layer::OutputFile& begin(uint64_t /*tar_size*/) override { return result_.file(); }
  void end(const layer::WrittenLayer&) override {}
  void add(const layer::WrittenLayer&, int fd) override { result_.copy(fd); }
  layer::ResultFile& result() { return result_; }

 private:
  layer::ResultFile result_;
};

// The names of a plan's layers, for a message.
std::string names(const layer::ImagePlan& plan) {
  std::string text;
  for (const layer::LayerPlan& layer : plan.layers) {
    text += (text.empty() ? "'" : ", '") + layer.name + "'";
  }
  return text;
}

layer::LayerPlan choose_layer(layer::ImagePlan& plan, const std::string& only, bool empty) {
  if (plan.layers.empty() && empty) return {"empty", "no path is in it", {}};
  if (plan.layers.empty()) {
    throw layer::Error("the plan has no layers: the base image has every path")
        .with_help("--allow-empty writes a layer without entries");
  }
  if (only.empty()) {
    if (plan.layers.size() == 1) return std::move(plan.layers.front());
    throw layer::Error(fmt::format("only one layer can be written, but the plan has {}: {}",
                                   plan.layers.size(), names(plan)))
        .with_help("choose a layer with --only, or put all paths into one layer with --layers=one");
  }
  const auto found =
      std::find_if(plan.layers.begin(), plan.layers.end(),
                   [&](const layer::LayerPlan& layer) { return layer.name == only; });
  if (found == plan.layers.end()) {
    throw layer::Error(fmt::format("the plan has no layer '{}'; it has {}", only, names(plan)));
  }
  return std::move(*found);
}

// With what an image should know that is made of it.
oci::NewLayer describe(const layer::WrittenLayer& layer, const LayerArguments& options,
                       const PlanningState& planned, const std::optional<oci::StoredImage>& base) {
  oci::NewLayer described = oci::describe_layer(layer);
  described.program = planned.plan.program;
  // A plan that is read from a file was made for another base, or for none.
  const bool is_planned_here = options.planning.plan_file.empty();
  if (base && is_planned_here) described.base = oci::chain_id(base->config.diff_ids);
  return described;
}

// Empty: it is not asked for. Beside a pipe or a device is no place for a file.
std::string path_of_descriptor(const LayerArguments& options) {
  if (!options.descriptor.empty()) return options.descriptor;
  if (layer::find_output_place(options.output).is_stream) return {};
  return oci::layer_descriptor_path(options.output);
}

std::vector<NamedOutput> layer_outputs(const LayerArguments& options) {
  std::vector<NamedOutput> outputs{{"--output", options.output, OutputKind::kBinary}};
  const std::string descriptor = path_of_descriptor(options);
  if (!descriptor.empty()) outputs.push_back({"--descriptor", descriptor});
  const std::string& trace = options.writing.tools.timing.trace_file;
  if (!trace.empty()) outputs.push_back({"--trace", trace});
  return outputs;
}

void run_layer(LayerArguments& options) {
  const std::vector<NamedOutput> outputs = layer_outputs(options);
  check_outputs(outputs);
  options.planning.inputs.tree_options.own_outputs = written_paths(outputs, options.writing.tools);
  const Tools tools = open_tools(options.writing.tools);
  const std::string scratch = scratch_folder(options.output);
  const std::optional<oci::StoredImage> base = open_base(options.planning.base, scratch);
  PlanningState planned = make_plan(options.planning, base, scratch, tools);
  layer::StartFiles start{listed_start_files(options.writing), planned.plan.program, {}};
  add_linked_start_files(planned.tree, planned.plan, start);
  std::vector<layer::LayerPlan> chosen{choose_layer(planned.plan, options.only, options.empty)};
  layer::stamp_sources(chosen, *planned.stamps);
  BlobFile blob(options.output);
  const std::vector<layer::WrittenLayer> layers =
      write_layers(chosen, options.writing, start, options.planning.jobs, blob, tools);
  std::optional<layer::TraceScope> step(std::in_place, tools.trace.get(), "commit to the store");
  const oci::NewLayer described = describe(layers.front(), options, planned, base);
  if (tools.store != nullptr) {
    oci::remember_proof(described.descriptor.digest, described.diff_id, *tools.store);
  }
  commit_store(tools.store.get(), options.writing.tools.store);
  step.emplace(tools.trace.get(), "deliver");
  std::vector<layer::ResultFile> files;
  if (const std::string path = path_of_descriptor(options); !path.empty()) {
    files.push_back(text_result(path, oci::layer_descriptor_json(described).dump(1) + "\n"));
  }
  step.reset();
  add_trace_file(tools.trace.get(), options.writing.tools.timing, files);
  files.push_back(std::move(blob.result()));
  show_results(nullptr, files);
  print_timings(tools.trace.get(), options.writing.tools.timing);
  if (is_quiet()) return;
  print_line(take_stdout(outputs) ? stderr : stdout,
             fmt::format("{} {}", options.output, layers.front().digest.to_string()));
}

}  // namespace

void add_layer_command(CLI::App& app, const Session* session) {
  const auto options = std::make_shared<LayerArguments>();
  CLI::App* command =
      app.add_subcommand("layer", "Write one layer blob, and its descriptor as JSON");
  add_planning_options(*command, options->planning);
  add_writing_options(*command, options->writing);
  command
      ->add_option("-o,--output", options->output,
                   "The blob to write. A name that ends in .tar, .tar.gz or .tar.zst chooses the "
                   "compression; - is stdout")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--descriptor", options->descriptor,
                   "The blob's descriptor (default: BLOB.json)")
      ->type_name("FILE");
  command
      ->add_option("--only", options->only,
                   "The layer to write, if the plan has several; `veneer plan` lists them")
      ->type_name("NAME");
  command->add_flag("--allow-empty", options->empty,
                    "If the plan has no layers, write a layer without entries");
  command->callback([options, session] {
    take_codec_of_name(options->output, options->writing);
    use_session(options->writing.tools, session);
    run_with_tools(options->writing.tools, [&options] { run_layer(*options); });
  });
}

}  // namespace cmd
