// Declares the options with their help, and checks which of them go together.
#include "cmd/options/planning_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "cmd/options/check_with.h"
#include "cmd/options/choice.h"
#include "cmd/options/layer_lock.h"
#include "cmd/options/number_values.h"
#include "cmd/options/owner_options.h"
#include "cmd/options/pyc_options.h"
#include "cmd/options/venv_options.h"
#include "layer/place/shared_root.h"
#include "layer/plan/capabilities.h"
#include "layer/plan/layer_rules.h"

namespace cmd {
namespace {

constexpr unsigned kMaxLayers = 127;        // what engines mount with overlayfs
constexpr unsigned kReaders = 8;            // with more a local disk is hardly faster
constexpr int64_t kMaxTime = 077777777777;  // of a ustar header

void add_tree_options(CLI::App& command, layer::TreeOptions& options) {
  command
      .add_option("--exclude", options.excludes,
                  "Leave paths that match GLOB out of every --tree and --app, like a line of its "
                  ".veneerignore or .dockerignore; '!GLOB' keeps them; repeatable")
      ->allow_extra_args(false)
      ->type_name("GLOB")
      ->group("Inputs");
  command
      .add_option(
          "--tree-modes", options.modes,
          "Modes of files in a --tree or --app. executable: 0755 for directories and executable "
          "files, 0644 for other files (default); disk: as on disk")
      ->transform(one_of<layer::TreeModes>(
          {{"executable", layer::TreeModes::kExecutable}, {"disk", layer::TreeModes::kDisk}}))
      ->type_name("executable|disk")
      ->group("Inputs");
}

void add_capability_option(CLI::App& command, std::vector<std::string>& rules) {
  command
      .add_option("--capability", rules,
                  "Give capabilities to files of the image, as setcap does: "
                  "app/server=cap_net_bind_service+ep; repeatable, the first GLOB that matches a "
                  "file applies")
      ->allow_extra_args(false)
      ->check(check_with(layer::parse_capability_rule))
      ->type_name("GLOB=CAPS")
      ->group("Inputs");
}

// What is said of trees needs one.
void check_tree_options(const CLI::App& command) {
  if (command.count("--tree") > 0 || command.count("--app") > 0) return;
  for (const char* name : {"--exclude", "--tree-modes"}) {
    if (command.count(name) > 0) throw CLI::RequiresError(name, "--tree or --app");
  }
}

void add_input_options(CLI::App& command, PlanningOptions& options, const BinaryArgument& binary) {
  layer::InputRequest& inputs = options.inputs;
  const auto add = [&command](const char* name, std::string& value, const char* type,
                              const char* help) {
    return command.add_option(name, value, help)->type_name(type)->group("Inputs");
  };
  const auto add_repeatable = [&command](const char* name, std::vector<std::string>& values,
                                         const char* help) {
    return command.add_option(name, values, help)->allow_extra_args(false)->group("Inputs");
  };
  // FILE, DIR and SRC are paths of this machine, PATH is one of the image.
  add(binary.name, inputs.binary, "FILE", binary.help);
  add("--runfiles", inputs.runfiles_directory, "DIR", "A runfiles directory, instead of BINARY");
  add("--runfiles-manifest", inputs.runfiles_manifest, "FILE",
      "A runfiles manifest of Bazel, instead of BINARY");
  add("--spec", inputs.spec, "FILE",
      "A veneer spec, as veneer's Bazel rules write it, instead of BINARY");
  add_repeatable("--mtree", inputs.mtrees,
                 "An mtree file that lists paths of the image; repeatable")
      ->type_name("FILE");
  add_repeatable("--tree", inputs.trees,
                 "A file or directory SRC, to be put at DEST in the image; repeatable")
      ->type_name("SRC:DEST");
  add_tree_options(command, inputs.tree_options);
  add_venv_options(command, inputs, options.venv);
  add_pyc_options(command, inputs.pyc, options.pyc_python, options.pyc_from);
  add("--prefix", inputs.prefix, "PATH", "Directory of the program in the image (default: /app)");
  add("--name", inputs.name, "NAME", "The program's name in the image (default: its own)");
}

// Where what goes: layers by name, packages by lock, repositories by path.
void add_placing_options(CLI::App& command, PlanningOptions& options) {
  command
      .add_option("--layer", options.rules,
                  "Put what matches GLOB into the layer NAME. GLOB is compared with the names of "
                  "packages (ml=*torch*) or, if it has a '/', with the paths of the image "
                  "(data=/srv/data); repeatable, the first that matches applies")
      ->allow_extra_args(false)
      ->type_name("NAME=GLOB")
      ->group("Layers");
  command
      .add_option("--layer-lock", options.layer_lock,
                  "Keep each package in the layer that FILE records; `veneer build` adds new "
                  "packages to FILE")
      ->type_name("FILE")
      ->group("Layers");
  command
      .add_option("--shared-root", options.shared_root,
                  "Put external repositories below PATH, which is the same for all programs, and a "
                  "link to each into the runfiles (default: leave them in the runfiles)")
      ->type_name("PATH")
      ->group("Layers");
}

void add_layer_options(CLI::App& command, layer::PlanOptions& plan) {
  command
      .add_option("--layers", plan.layers.split,
                  "groups: interpreter, packages, app (default); one: a single layer")
      ->transform(one_of<layer::LayerSplit>(
          {{"groups", layer::LayerSplit::kGroups}, {"one", layer::LayerSplit::kOne}}))
      ->type_name("groups|one")
      ->group("Layers");
  command
      .add_option("--max-layers", plan.layers.max_layers,
                  "Maximum number of layers to make (default: 16)")
      ->transform(number_from_to(3, kMaxLayers))
      ->type_name("N")
      ->group("Layers");
  command
      .add_option("--own-layer-size", plan.layers.own_layer_size,
                  "Size from which a package gets a layer of its own (default: 10MiB)")
      ->transform(size_in_bytes(CLI::AsSizeValue(true)))
      ->type_name("SIZE")
      ->group("Layers");
  command
      .add_option("--mtime", plan.mtime,
                  "Modification time of every entry whose input states none (default: 0, whatever "
                  "SOURCE_DATE_EPOCH is)")
      ->transform(number_from_to(0, kMaxTime))
      ->type_name("SECONDS")
      ->group("Layers");
}

void add_sharing_options(CLI::App& command, PlanningOptions& options) {
  command
      .add_option("--content-links", options.content_links,
                  "Whether equal files of a layer are stored once, as hardlinks (default: on)")
      ->transform(one_of<ContentLinks>({{"on", ContentLinks::kOn}, {"off", ContentLinks::kOff}}))
      ->type_name("on|off")
      ->group("Layers");
  command
      .add_option("--content-link-min", options.plan.content_link_min,
                  "Size from which equal files become hardlinks (default: 4KiB)")
      ->transform(size_in_bytes(CLI::AsSizeValue(false), 1))
      ->type_name("SIZE")
      ->group("Layers");
  command
      .add_option(
          "--skip-base-duplicates", options.base_duplicates,
          "Whether to leave out paths that the base has with the same content (default: on)")
      ->transform(one_of<oci::FindDuplicates>(
          {{"on", oci::FindDuplicates::kYes}, {"off", oci::FindDuplicates::kNo}}))
      ->type_name("on|off")
      ->group("Layers");
}

// Whatever says how a plan is made has no say in one that is read. (CLI11's own excludes() would be
// told of in every line of the help.)
void add_plan_option(CLI::App& command, std::string& plan_file) {
  const std::vector<CLI::Option*> others =
      command.get_options([](const CLI::Option* option) { return option->get_name() != "--help"; });
  const CLI::Option* plan = command
                                .add_option("--plan", plan_file,
                                            "A plan, as `veneer plan -o` writes it, instead of all "
                                            "inputs and of the options that shape a plan")
                                ->type_name("FILE")
                                ->group("Inputs");
  command.parse_complete_callback([&command, plan, others] {
    check_tree_options(command);
    check_venv_options(command);
    for (const CLI::Option* other : others) {
      if (!plan->empty() && !other->empty()) {
        throw CLI::ExcludesError("--plan", other->get_name());
      }
    }
  });
}

}  // namespace

void add_planning_options(CLI::App& command, PlanningOptions& options,
                          const BinaryArgument& binary) {
  add_input_options(command, options, binary);
  add_capability_option(command, options.capabilities);
  add_owner_options(command, options.owners);
  add_layout_options(command, options.layout);
  add_layer_options(command, options.plan);
  add_sharing_options(command, options);
  add_placing_options(command, options);
  add_plan_option(command, options.plan_file);
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  options.readers = kReaders;
  command
      .add_option("-j,--jobs", options.jobs,
                  "Number of threads (default: one per core, and at least 8 to find files); does "
                  "not change the output")
      ->transform(number_from_to(1, 1024))
      ->each([&options](const std::string&) { options.readers = 1; })
      ->type_name("N");
  add_base_options(command, options.base);
}

void check_inputs(const layer::InputRequest& inputs) {
  const std::array programs{inputs.binary, inputs.runfiles_directory, inputs.runfiles_manifest,
                            inputs.spec,   inputs.venv.argument,      inputs.venv.site_packages};
  const auto given = std::count_if(programs.begin(), programs.end(),
                                   [](const std::string& value) { return !value.empty(); });
  if (given > 1) {
    throw CLI::ValidationError(
        "runfiles named twice",
        "BINARY, --runfiles, --runfiles-manifest, --spec, --venv and --site-packages exclude each "
        "other");
  }
  if (given == 0 && inputs.mtrees.empty() && inputs.trees.empty()) {
    throw CLI::ValidationError(
        "nothing to pack",
        fmt::format("give BINARY, {} or {}",
                    fmt::join(kInputOptions.begin(), kInputOptions.end() - 1, ", "),
                    kInputOptions.back()));
  }
}

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
  for (const std::string& rule : options.owners.chmod) {
    plan.access.modes.push_back(layer::parse_mode_rule(rule));
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

}  // namespace cmd
