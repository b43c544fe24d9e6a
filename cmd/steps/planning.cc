// Runs steps 1 to 4 of a build, one after the other or side by side.
#include "cmd/steps/planning.h"

#include <malloc.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cmd/options/pyc_options.h"
#include "cmd/report/messages.h"
#include "cmd/steps/compiled_files.h"
#include "layer/base/threads.h"
#include "layer/identify/old_paths.h"
#include "layer/identify/stamp_files.h"
#include "layer/place/created_user.h"
#include "layer/place/image_accounts.h"
#include "layer/place/place_interpreter.h"
#include "layer/place/venv_handle.h"
#include "layer/plan/capabilities.h"
#include "layer/plan/parse_plan.h"

namespace cmd {
namespace {

PlanningState no_plan() {
  PlanningState planned;
  planned.arena = std::make_unique<layer::StringArena>();
  planned.stamps = std::make_unique<layer::StringArena>();
  return planned;
}

void read_base_into(PlanningState& planned, const PlanningOptions& options,
                    const oci::StoredImage& base, const std::string& scratch, layer::Store* store) {
  const oci::ReadBaseOptions reading{
      options.base_duplicates, options.jobs, store, {scratch, options.base.limits}};
  planned.base = oci::read_base(base, planned.tree, reading, *planned.arena);
}

// Step 3, and then the layout and --pyc, which may need its facts; beside step 3 the reading of the
// base, unless these change what the base is compared with. Of two faults the inputs' is reported.
void look_at_files(const PlanningOptions& options, uint64_t content_link_min,
                   const oci::StoredImage* base, const std::string& scratch, const Tools& tools,
                   PlanningState& planned, std::vector<layer::FileFacts>& facts) {
  layer::Store* const store = tools.store.get();
  const auto identify = [&] {
    facts = layer::identify(planned.tree, *planned.stamps, {options.jobs, content_link_min, store});
  };
  const auto read_base = [&] {
    if (base != nullptr) read_base_into(planned, options, *base, scratch, store);
  };
  const bool has_layout = options.layout.layout != RunfilesLayout::kFaithful;
  const bool has_pyc = has_compiled_files_to_settle(options, planned);
  if (has_layout || has_pyc) {
    identify();
    if (has_layout) {
      planned.dropped = lay_out_as_venv(options.layout, planned.tree, facts, *planned.arena);
    }
    if (has_pyc) {
      const layer::TraceScope step(tools.trace.get(), "compiled files");
      settle_compiled_files(options, store, planned, facts);
    }
    return read_base();
  }
  std::exception_ptr base_fault;
  layer::Threads arena(options.jobs);
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

// The path of the link that is added; empty if none is.
std::string_view link_venv(const PlanningOptions& options, PlanningState& planned) {
  const bool has_own = planned.venv && !planned.venv->is_site_packages;
  const bool is_wanted =
      has_own ? options.venv.link != VenvLink::kOff : options.venv.link == VenvLink::kOn;
  if (!is_wanted) return {};
  const std::string venv =
      has_own ? planned.venv->place : layer::venv_of_program(planned.tree, planned.plan.program);
  return layer::add_venv_link(options.inputs.prefix, venv, planned.tree, *planned.arena);
}

// The new user first: files may be given to it.
void settle_owners(const OwnerOptions& options, const std::optional<layer::NewUser>& user,
                   PlanningState& planned, std::vector<layer::FileFacts>& facts) {
  layer::BaseAccounts base;
  if (planned.base) base = {&planned.base->tree, &planned.base->probes};
  if (user) {
    layer::complete_new_user(*user, base, planned.tree, facts, *planned.arena);
    planned.rules.access.kept = layer::places_of(*user);
  }
  if (options.chown.empty()) return;
  planned.rules.access.owner = layer::find_owner(options.chown, planned.tree, base, *planned.arena);
}

// What a step let go of is what the next one needs: without this it stays with the heap, for it
// lies between what is still in use. Not worth the time where there are few entries.
void let_go_of_memory(const layer::FileTree& tree) {
  constexpr size_t kMany = 200'000;
  if (tree.entries.size() >= kMany) malloc_trim(0);  // whether it found any does not matter
}

PlanningState read_plan_file(const PlanningOptions& options,
                             const std::optional<oci::StoredImage>& base,
                             const std::string& scratch, const Tools& tools) {
  PlanningState planned = no_plan();
  planned.plan = layer::read_plan(options.plan_file, *planned.arena);
  if (base) read_base_into(planned, options, *base, scratch, tools.store.get());
  return planned;
}

}  // namespace

PlanningState read_inputs(const PlanningOptions& options, const Tools& tools) {
  check_inputs(options.inputs);
  check_pyc_options(options.inputs, options.pyc_python, options.pyc_from);
  PlanningState planned = no_plan();
  planned.rules = plan_options(options);
  const layer::TraceScope step(tools.trace.get(), "read inputs");
  layer::Diagnostics found;
  layer::Threads readers(std::max(options.jobs, options.readers));
  layer::Inputs gathered = readers.execute([&] {
    layer::Inputs inputs =
        layer::gather_inputs(options.inputs, *planned.arena, found, tools.store.get());
    layer::stamp_files(inputs.tree, *planned.stamps);
    return inputs;
  });
  for (const layer::Diagnostic& note : gathered.notes) print_note(note);
  print_warnings(found.warnings());
  planned.tree = std::move(gathered.tree);
  planned.plan.program = std::move(gathered.program);
  planned.venv = std::move(gathered.venv);
  let_go_of_memory(planned.tree);
  return planned;
}

void plan_inputs(const PlanningOptions& options, const std::optional<oci::StoredImage>& base,
                 const std::string& scratch, const Tools& tools, PlanningState& planned) {
  const std::string_view link = link_venv(options, planned);
  std::optional<layer::NewUser> user;
  if (!options.owners.create_user.empty()) {
    user = layer::parse_new_user(options.owners.create_user);
    layer::place_new_user(*user, planned.tree, *planned.arena);
  }
  std::optional<layer::TraceScope> step;
  step.emplace(tools.trace.get(), "look at files and base");
  std::vector<layer::FileFacts> facts;
  look_at_files(options, planned.rules.content_link_min, base ? &*base : nullptr, scratch, tools,
                planned, facts);
  step.emplace(tools.trace.get(), "plan");
  if (planned.base && !link.empty()) {
    layer::check_venv_link(link, planned.tree, planned.base->tree);
  }
  layer::Diagnostics placing;
  if (planned.venv) {
    layer::place_interpreter(*planned.venv, planned.base ? &planned.base->tree : nullptr,
                             planned.tree, facts, *planned.arena);
    layer::warn_of_old_paths(*planned.venv, planned.tree, facts, options.jobs, tools.store.get(),
                             placing);
  }
  settle_owners(options.owners, user, planned, facts);
  std::vector<layer::CapabilityRule> capabilities;
  for (const std::string& rule : options.capabilities) {
    capabilities.push_back(layer::parse_capability_rule(rule));
  }
  layer::set_capabilities(capabilities, planned.tree, *planned.arena);
  layer::BaseForPlanning onto;
  if (planned.base) {
    const bool leaves_out = options.base_duplicates == oci::FindDuplicates::kYes;
    onto = {&planned.base->tree, leaves_out ? &planned.base->contents : nullptr};
  }
  std::optional<layer::Program> program = std::move(planned.plan.program);
  planned.plan =
      layer::plan_image(planned.tree, facts, planned.rules, *planned.arena, placing, onto);
  planned.plan.program = std::move(program);
  print_warnings(placing.warnings());
  facts = {};
  let_go_of_memory(planned.tree);
}

PlanningState make_plan(const PlanningOptions& options, const std::optional<oci::StoredImage>& base,
                        const std::string& scratch, const Tools& tools) {
  if (!options.plan_file.empty()) return read_plan_file(options, base, scratch, tools);
  PlanningState planned = read_inputs(options, tools);
  plan_inputs(options, base, scratch, tools, planned);
  return planned;
}

}  // namespace cmd
