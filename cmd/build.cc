// Plan, write the layers straight into the image's place, assemble, and say what was made.
#include "cmd/build.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cmd/image_options.h"
#include "cmd/messages.h"
#include "cmd/planning.h"
#include "cmd/writing.h"
#include "oci/delivery.h"
#include "oci/image.h"
#include "oci/stored_image.h"

namespace cmd {
namespace {

struct Options {
  PlanningOptions planning;
  WritingOptions writing;
  ImageOptions image;
  bool json = false;
};

// What was made, for the summary.
struct Built {
  layer::PlanSummary plan;
  std::vector<layer::Layer> layers;
  size_t base_layers = 0;
  oci::Image image;
};

// The user's changes over what makes a program of the inputs run.
oci::ConfigChanges program_changes(const Options& options, const Planned& planned) {
  oci::ConfigChanges changes = config_changes(options.image);
  if (planned.program) {
    if (!changes.entrypoint) changes.entrypoint = {planned.program->entry_point};
    if (!changes.working_dir) changes.working_dir = planned.program->working_directory;
  }
  if (!changes.created) {
    changes.created = oci::parse_created(std::to_string(options.planning.plan.mtime));
  }
  return changes;
}

Built build(const Options& options) {
  const std::vector<oci::ImageReference> outputs = output_references(options.image);
  const std::optional<oci::StoredImage> base = open_base(options.image);
  const std::unique_ptr<layer::Trace> trace = make_trace(options.writing.timing);
  std::optional<layer::TraceScope> step(std::in_place, trace.get(), "open the store");
  const std::unique_ptr<layer::Store> store = open_store(options.writing.store);
  step.reset();
  const Planned planned = make_plan(options.planning, store.get(), trace.get());
  oci::Delivery delivery(outputs);
  Built built;
  built.plan = layer::summarize(planned.plan);
  if (base) {
    built.base_layers = base->layers.size();
    delivery.add_base(*base);
  }
  built.layers = write_layers(planned.plan.layers, options.writing, options.planning.jobs,
                              delivery.layers(), store.get(), trace.get());
  step.emplace(trace.get(), "commit to the store");
  commit_store(store.get(), options.writing.store);
  step.emplace(trace.get(), "deliver");
  std::vector<oci::NewLayer> layers;
  for (const layer::Layer& layer : built.layers) layers.push_back(oci::describe_layer(layer));
  oci::ImageRequest request;
  request.base = base ? &*base : nullptr;
  request.layers = layers;
  request.changes = program_changes(options, planned);
  request.annotations = manifest_annotations(options.image);
  request.platform = wanted_platform(options.image);
  built.image = oci::assemble_image(request);
  print_warnings(oci::delivery_warnings(outputs, built.image));
  delivery.finish(built.image);
  step.reset();
  report_timings(trace.get(), options.writing.timing);
  return built;
}

// "1 file", "2 files".
std::string count(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

void print_summary(const Options& options, const Built& built, double seconds) {
  size_t width = std::string_view("layer").size();
  for (const layer::Layer& layer : built.layers) width = std::max(width, layer.name.size());
  fmt::print("{:{}}  {:>10}  {:>10}  digest\n", "layer", width, "size", "unpacked");
  for (const layer::Layer& layer : built.layers) {
    fmt::print("{:{}}  {:>10}  {:>10}  {}\n", layer.name, width, human_size(layer.size),
               human_size(layer.tar_size), layer.digest.to_string());
  }
  if (built.base_layers > 0) {
    fmt::print("on the base's {}: {}\n", count(built.base_layers, "layer"), options.image.base);
  }
  fmt::print("{}, {}, {}; {} not stored a second time; {:.2f} s\n", count(built.plan.files, "file"),
             count(built.plan.symlinks, "symlink"), count(built.plan.hardlinks, "hardlink"),
             human_size(built.plan.linked_bytes), seconds);
  if (built.plan.repeated_bytes > 0) {
    fmt::print("{} are equal to a file in another layer, and stored there too\n",
               human_size(built.plan.repeated_bytes));
  }
  for (const std::string& output : options.image.outputs) {
    fmt::print("{} {}\n", output, built.image.manifest.digest.to_string());
  }
}

void print_json(const Options& options, const Built& built, double seconds) {
  nlohmann::json layers = nlohmann::json::array();
  for (const layer::Layer& layer : built.layers) {
    layers.push_back({{"name", layer.name},
                      {"digest", layer.digest.to_string()},
                      {"diffId", layer.diff_id.digest.to_string()},
                      {"size", layer.size},
                      {"unpacked", layer.tar_size}});
  }
  const nlohmann::json summary{{"outputs", options.image.outputs},
                               {"manifest", built.image.manifest.digest.to_string()},
                               {"config", built.image.config.digest.to_string()},
                               {"layers", layers},
                               {"baseLayers", built.base_layers},
                               {"files", built.plan.files},
                               {"symlinks", built.plan.symlinks},
                               {"hardlinks", built.plan.hardlinks},
                               {"bytesLinked", built.plan.linked_bytes},
                               {"bytesRepeated", built.plan.repeated_bytes},
                               {"seconds", seconds}};
  fmt::print("{}\n", summary.dump(1));
}

void run(const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  const Built built = build(options);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  (options.json ? print_json : print_summary)(options, built, time.count());
}

}  // namespace

void add_build_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("build", "Build an image from a program's runfiles");
  add_planning_options(*command, options->planning);
  add_writing_options(*command, options->writing);
  add_image_options(*command, options->image);
  command->add_flag("--json", options->json, "Print the summary as JSON");
  command->callback([options] { run(*options); });
}

}  // namespace cmd
