// Option names and the four calls behind them.
#include "cmd/planning.h"

#include <fmt/format.h>
#include <malloc.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cmd/layer_lock.h"
#include "cmd/messages.h"
#include "layer/plan/parse_plan.h"
#include "layer/store/stamp_files.h"
#include "layer/store/stamp_sources.h"

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

// Where what goes: layers by name, packages by lock, repositories by path.
void add_placing_options(CLI::App& command, PlanningOptions& options) {
  command
      .add_option("--layer", options.rules,
                  "A layer of what GLOB matches: a package's name (ml=*torch*) or, with a '/', a "
                  "path in the image (data=/srv/data); repeatable, the first that matches wins")
      ->allow_extra_args(false)
      ->type_name("NAME=GLOB")
      ->group("Layers");
  command
      .add_option("--layer-lock", options.layer_lock,
                  "Keep each package in the layer that FILE records; `build` adds new ones to it")
      ->type_name("FILE")
      ->group("Layers");
  command
      .add_option(
          "--shared-root", options.shared_root,
          "Put external repositories at PATH, the same for all programs, and a link to each "
          "into the runfiles (default: leave them in the runfiles)")
      ->type_name("PATH")
      ->group("Layers");
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

void add_sharing_options(CLI::App& command, PlanningOptions& options) {
  const std::map<std::string, ContentLinks> links{{"on", ContentLinks::kOn},
                                                  {"off", ContentLinks::kOff}};
  const std::map<std::string, oci::FindDuplicates> duplicates{{"on", oci::FindDuplicates::kYes},
                                                              {"off", oci::FindDuplicates::kNo}};
  command
      .add_option("--content-links", options.content_links,
                  "Whether files of a layer that happen to be equal are hardlinks (default: on)")
      ->transform(CLI::CheckedTransformer(links).description(""))
      ->type_name("on|off")
      ->group("Layers");
  command
      .add_option("--content-link-min", options.plan.content_link_min,
                  "Size from which on they are (default: 4KiB)")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->check(CLI::Validator(CLI::PositiveNumber).description(""))
      ->type_name("SIZE")
      ->group("Layers");
  command
      .add_option("--skip-base-duplicates", options.base_duplicates,
                  "Whether what the base has at the same path is left out (default: on)")
      ->transform(CLI::CheckedTransformer(duplicates).description(""))
      ->type_name("on|off")
      ->group("Layers");
}

// The options that a plan is made by, with what texts and files of the command line say.
layer::PlanOptions plan_options(const PlanningOptions& options) {
  layer::PlanOptions plan = options.plan;
  if (options.content_links == ContentLinks::kOff) plan.content_link_min = layer::kNoContentLinks;
  if (options.layout.layout == RunfilesLayout::kFaithful && !options.layout.keep.empty()) {
    throw CLI::RequiresError("--keep", "--runfiles-layout=venv");
  }
  const bool has_placing = !options.rules.empty() || !options.layer_lock.empty();
  if (plan.layers.split == layer::LayerSplit::kOne && has_placing) {
    throw CLI::ValidationError("one layer", "--layers=one excludes --layer and --layer-lock");
  }
  for (const std::string& rule : options.rules) {
    plan.layers.rules.push_back(layer::parse_layer_rule(rule));
  }
  if (!options.layer_lock.empty()) plan.layers.lock = load_layer_lock(options.layer_lock);
  if (!options.shared_root.empty()) {
    if (options.layout.layout == RunfilesLayout::kVenv) {
      throw CLI::ExcludesError("--shared-root", "--runfiles-layout=venv");
    }
    plan.shared_root = layer::parse_shared_root(options.shared_root);
  }
  return plan;
}

// Whatever says how a plan is made has no say in one that is read; only --mtime has a meaning
// beyond the plan's entries. (CLI11's own excludes() would be told of in every line of the help.)
void add_plan_option(CLI::App& command, std::string& plan_file) {
  const std::vector<CLI::Option*> others = command.get_options([](const CLI::Option* option) {
    return option->get_name() != "--help" && option->get_name() != "--mtime";
  });
  const CLI::Option* plan =
      command.add_option("--plan", plan_file, "A plan, as `veneer plan` prints it, instead of all")
          ->type_name("FILE")
          ->group("Inputs");
  command.parse_complete_callback([plan, others] {
    for (const CLI::Option* other : others) {
      if (!plan->empty() && !other->empty()) {
        throw CLI::ExcludesError("--plan", other->get_name());
      }
    }
  });
}

}  // namespace

void add_planning_options(CLI::App& command, PlanningOptions& options) {
  add_input_options(command, options.inputs);
  add_layout_options(command, options.layout);
  add_layer_options(command, options.plan);
  add_sharing_options(command, options);
  add_placing_options(command, options);
  add_plan_option(command, options.plan_file);
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  command
      .add_option("-j,--jobs", options.jobs,
                  "Threads (default: one a core); changes the time, not the bytes")
      ->check(CLI::Range(1U, 1024U).description(""))
      ->type_name("N");
  add_base_options(command, options.base);
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
                               "give BINARY, --runfiles, --runfiles-manifest, --spec, --mtree, "
                               "--tree or --plan");
  }
}

Planned no_plan() {
  Planned planned;
  planned.arena = std::make_unique<layer::StringArena>();
  planned.stamps = std::make_unique<layer::StringArena>();
  return planned;
}

void read_base_into(Planned& planned, const PlanningOptions& options, const oci::StoredImage& base,
                    const std::string& scratch, layer::Store* store) {
  const oci::BaseReading reading{options.base_duplicates, options.jobs, store, scratch};
  planned.base = oci::read_base(base, planned.tree, reading, *planned.arena);
}

// Step 3 and the layout, which may need its facts; beside step 3 the reading of the base, unless the
// layout changes what the base is compared with. Of two faults the inputs' is reported.
void look_at_files(const PlanningOptions& options, uint64_t content_link_min,
                   const oci::StoredImage* base, const std::string& scratch, layer::Store* store,
                   Planned& planned, std::vector<layer::FileFacts>& facts) {
  const auto identify = [&] {
    facts = layer::identify(planned.tree, *planned.stamps, {options.jobs, content_link_min, store});
  };
  const auto read_base = [&] {
    if (base != nullptr) read_base_into(planned, options, *base, scratch, store);
  };
  if (options.layout.layout != RunfilesLayout::kFaithful) {
    identify();
    planned.dropped = lay_out_as_venv(options.layout, planned.tree, facts, *planned.arena);
    return read_base();
  }
  std::exception_ptr base_fault;
  tbb::task_arena arena(static_cast<int>(options.jobs));
  arena.execute([&] {
    tbb::task_group group;
    group.run([&] {
      try {
        read_base();
      } catch (...) {
        base_fault = std::current_exception();
      }
    });
    group.run_and_wait(identify);
  });
  if (base_fault) std::rethrow_exception(base_fault);
}

// What a step let go of is what the next one needs: without this it stays with the heap, for it lies
// between what is still in use. Not worth the time where there are few entries.
void let_go_of_memory(const layer::FileTree& tree) {
  constexpr size_t kMany = 200'000;
  if (tree.entries.size() >= kMany) malloc_trim(0);  // whether it found any does not matter
}

Planned read_plan_file(const PlanningOptions& options, const std::optional<oci::StoredImage>& base,
                       const std::string& scratch, const Tools& tools) {
  Planned planned = no_plan();
  planned.plan = layer::read_plan(options.plan_file, *planned.arena);
  if (tools.store != nullptr) layer::stamp_sources(planned.plan, *planned.stamps);
  if (base) read_base_into(planned, options, *base, scratch, tools.store.get());
  return planned;
}

Planned read_inputs(const PlanningOptions& options, const Tools& tools) {
  check_inputs(options.inputs);
  Planned planned = no_plan();
  planned.rules = plan_options(options);
  const layer::TraceScope step(tools.trace.get(), "read inputs");
  layer::Diagnostics found;
  layer::Inputs gathered = tbb::task_arena(static_cast<int>(options.jobs)).execute([&] {
    layer::Inputs inputs =
        layer::gather_inputs(options.inputs, *planned.arena, found, tools.store.get());
    layer::stamp_files(inputs.tree, *planned.stamps);
    return inputs;
  });
  print_warnings(found.warnings());
  planned.tree = std::move(gathered.tree);
  planned.plan.program = std::move(gathered.program);
  let_go_of_memory(planned.tree);
  return planned;
}

void plan_inputs(const PlanningOptions& options, const std::optional<oci::StoredImage>& base,
                 const std::string& scratch, const Tools& tools, Planned& planned) {
  std::optional<layer::TraceScope> step(std::in_place, tools.trace.get(), "look at files and base");
  std::vector<layer::FileFacts> facts;
  look_at_files(options, planned.rules.content_link_min, base ? &*base : nullptr, scratch,
                tools.store.get(), planned, facts);
  step.emplace(tools.trace.get(), "plan");
  layer::PlanBase onto;
  if (planned.base) {
    const bool leaves_out = options.base_duplicates == oci::FindDuplicates::kYes;
    onto = {&planned.base->tree, leaves_out ? &planned.base->contents : nullptr};
  }
  layer::Diagnostics placing;
  std::optional<layer::Program> program = std::move(planned.plan.program);
  planned.plan =
      layer::plan_image(planned.tree, facts, planned.rules, *planned.arena, placing, onto);
  planned.plan.program = std::move(program);
  print_warnings(placing.warnings());
  facts = {};
  let_go_of_memory(planned.tree);
}

Planned make_plan(const PlanningOptions& options, const std::optional<oci::StoredImage>& base,
                  const std::string& scratch, const Tools& tools) {
  if (!options.plan_file.empty()) return read_plan_file(options, base, scratch, tools);
  Planned planned = read_inputs(options, tools);
  plan_inputs(options, base, scratch, tools, planned);
  return planned;
}

}  // namespace cmd
