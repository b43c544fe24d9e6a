// Of an image, tells the way from the path to what it leads to, then what each layer has there. Of
// inputs, has the plan explained.
#include "cmd/inspect/why.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/inspect/listing.h"
#include "cmd/inspect/subject.h"
#include "cmd/options/planning_options.h"
#include "cmd/report/exit_code.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/steps/checking.h"
#include "cmd/steps/explaining.h"
#include "cmd/steps/planning.h"
#include "layer/base/json.h"
#include "layer/base/nearest_names.h"
#include "oci/inspect/path_story.h"
#include "oci/read/find_image.h"

namespace cmd {
namespace {

struct WhyArguments {
  PlanningOptions planning;  // of inputs; `inputs.binary` is WHAT, which may be an image
  std::string path;
  StoreOptions store;  // of an image
  bool json = false;
};

// Whether it says how an image is read, or printed.
bool is_option_of_images(const CLI::Option& option) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "WHAT",    "PATH",           "--json",          "--platform",
      "--jobs",  "--max-unpacked", "--max-temporary", "--max-entries",
      "--store", "--no-store",     "--quiet",         "--verbose",
      "--color"};
  return std::ranges::find(kNames, option.get_name()) != kNames.end();
}

std::string mode_text(uint32_t mode, uint32_t uid, uint32_t gid) {
  return fmt::format("mode {:04o}, owner {}:{}", mode, uid, gid);
}

std::string node_text(const layer::Node& node) {
  const std::string mode = mode_text(node.mode, node.uid, node.gid);
  switch (node.kind) {
    case layer::NodeKind::kDirectory:
      return "directory, " + mode;
    case layer::NodeKind::kFile:
      return fmt::format("file of {}, {}", human_size(node.size), mode);
    case layer::NodeKind::kSymlink:
      return fmt::format("symlink to '{}'", node.link().to_string());
    case layer::NodeKind::kOther:
    case layer::NodeKind::kWhiteout:
    case layer::NodeKind::kOpaque:
      break;
  }
  return fmt::format("device or pipe ({}), {}", node.content, mode);
}

std::string member_text(const oci::LayerMember& member) {
  switch (member.kind) {
    case oci::MemberKind::kRoot:
    case oci::MemberKind::kDirectory:
      return "directory, " + mode_text(member.mode, member.uid, member.gid);
    case oci::MemberKind::kFile:
      return fmt::format("file of {}, {}", human_size(member.size),
                         mode_text(member.mode, member.uid, member.gid));
    case oci::MemberKind::kSymlink:
      return fmt::format("symlink to '{}'", member.target);
    case oci::MemberKind::kHardlink:
      return fmt::format("hardlink to '{}'", member.target);
    case oci::MemberKind::kWhiteout:
      return fmt::format("removed by the whiteout '{}'", member.path);
    case oci::MemberKind::kOpaque:
      return fmt::format("removed with all of its folder by '{}'", member.path);
    case oci::MemberKind::kOther:
    case oci::MemberKind::kReserved:
      break;
  }
  return fmt::format("device or pipe ({})", member.target);
}

// ", layer 2, of numpy 2.0 (Python)".
std::string place_text(const layer::Node& node, const oci::ImageFacts& facts) {
  std::string text = fmt::format(", layer {}", node.layer + 1);
  const uint32_t owner = facts.owners[oci::index_of(facts, node)];
  if (owner == oci::kNone) return text;
  const oci::Package& package = facts.packages[owner];
  return text + fmt::format(", of {} {} ({})", package.name, package.version,
                            oci::package_kind_name(package.kind));
}

void print_step(const oci::PathStep& step, const oci::ImageFacts& facts) {
  if (step.path.empty()) return print_line(stdout, "/: the root of the image");
  if (step.asked != step.path) {
    print_line(stdout, fmt::format("/{}: is /{}", step.asked, step.path));
  }
  if (step.node == nullptr) {
    return print_line(stdout, fmt::format("/{}: nothing is there", step.path));
  }
  print_line(stdout, fmt::format("/{}: {}{}", step.path, node_text(*step.node),
                                 place_text(*step.node, facts)));
}

std::string event_text(const oci::PathEvent& event, const oci::PathStory& story) {
  const bool is_mark = event.member->kind == oci::MemberKind::kWhiteout ||
                       event.member->kind == oci::MemberKind::kOpaque;
  const bool is_here = is_mark || event.place == story.chain.front().path;
  return fmt::format("layer {}: {}{}", event.layer + 1, member_text(*event.member),
                     is_here ? "" : fmt::format(" in place of the folder '/{}'", event.place));
}

void print_story(const oci::PathStory& story, const oci::ImageSubject& subject) {
  for (const oci::PathStep& step : story.chain) print_step(step, subject.facts);
  const layer::Node* last = story.chain.back().node;
  if (last != nullptr && last->kind == layer::NodeKind::kSymlink) {
    print_line(stdout, "these links lead nowhere: there are too many");
  }
  if (story.events.size() < 2) return;
  print_line(stdout, fmt::format("/{} in each layer:", story.chain.front().path));
  for (const oci::PathEvent& event : story.events) {
    print_line(stdout, "  " + event_text(event, story));
  }
}

// What there is instead, and what was there once.
layer::Error missing_error(std::string_view path, const oci::PathStory& story,
                           const oci::ImageSubject& subject) {
  const oci::PathStep& step = story.chain.front();
  const std::string& name = subject.image.name;
  constexpr size_t kMostNotes = 10;
  layer::Diagnostic fault{{name}, fmt::format("has nothing at '{}'", path), {}, {}};
  for (size_t i = 0; i < std::min(kMostNotes, story.events.size()); ++i) {
    fault.notes.push_back({{name}, event_text(story.events[i], story)});
  }
  std::vector<std::string_view> paths;
  for (const layer::Node& node : subject.facts.tree.nodes()) paths.push_back(node.path);
  const std::vector<std::string_view> nearest = layer::nearest_paths(step.path, paths);
  if (!nearest.empty()) {
    fault.help = fmt::format("did you mean {}?", layer::quoted_names(nearest));
  }
  return layer::Error(std::vector{fault});
}

nlohmann::json step_json(const oci::PathStep& step, const oci::ImageSubject& subject) {
  nlohmann::json json{{"path", step.path}, {"asked", step.asked}};
  if (step.node != nullptr) {
    json["found"] = listing_json(entry_of(*step.node, subject));
    json["found"].erase("path");
  }
  return json;
}

void print_why_json(const oci::PathStory& story, const oci::ImageSubject& subject) {
  nlohmann::json report{{"format", 1},
                        {"image", subject.image.name},
                        {"found", story.is_found()},
                        {"chain", nlohmann::json::array()},
                        {"layers", nlohmann::json::array()}};
  for (const oci::PathStep& step : story.chain) report["chain"].push_back(step_json(step, subject));
  for (const oci::PathEvent& event : story.events) {
    report["layers"].push_back({{"layer", event.layer + 1},
                                {"path", event.member->path},
                                {"place", event.place},
                                {"what", member_text(*event.member)}});
  }
  print_to(stdout, layer::dump_report(report));
}

void explain_in_image(const WhyArguments& options, const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0 || is_option_of_images(*option)) continue;
    throw CLI::ValidationError(option->get_name(), "only inputs take it, and WHAT is an image");
  }
  ReadingOptions reading;
  reading.platform = options.planning.base.platform;
  reading.limits = options.planning.base.limits;
  reading.jobs = options.planning.jobs;
  reading.store = options.store;
  const Subjects subjects({options.planning.inputs.binary}, reading);
  const oci::ImageSubject subject = subjects.at(0);
  const oci::PathStory story = oci::tell_path(subject, options.path);
  const bool is_there = story.is_found() || story.chain.front().path.empty();
  if (options.json) {
    print_why_json(story, subject);
    if (!is_there) throw CLI::RuntimeError(kFailed);
    return;
  }
  if (!is_there) throw missing_error(options.path, story, subject);
  if (!is_quiet()) print_story(story, subject);
}

void explain_in_inputs(const WhyArguments& options) {
  const std::string scratch = temporary_folder();
  const std::optional<oci::StoredImage> base = open_base(options.planning.base, scratch);
  const PlanningState planned = make_plan(options.planning, base, scratch);
  oci::ConfigChanges changes;
  start_program(planned.plan.program, changes);
  explain_paths({options.path},
                check_plan(planned, options.planning, base ? &*base : nullptr, changes), planned,
                options.json);
}

// With inputs that options name, the one argument without an option is the path.
void take_path(const CLI::App& command, WhyArguments& options) {
  const bool has_input = std::ranges::any_of(
      kInputOptions, [&command](const char* name) { return command.count(name) > 0; });
  if (options.path.empty() && has_input) options.path.swap(options.planning.inputs.binary);
  if (options.path.empty()) throw CLI::RequiredError("PATH");
}

}  // namespace

void add_why_command(CLI::App& app) {
  const auto options = std::make_shared<WhyArguments>();
  CLI::App* command = app.add_subcommand(
      "why",
      "Show what is at a path of an image, or would be: where its links lead, its layer and its "
      "package, what was hidden or replaced. The exit code is 1 if nothing is there");
  add_planning_options(
      *command, options->planning,
      {"WHAT", "An image (as for `veneer inspect`), or a binary that Bazel built"});
  command->add_option("PATH", options->path, "A path of the image, with or without its first '/'");
  command->add_flag("--json", options->json,
                    "Print JSON; see docs/inspect.md and, for inputs, docs/plan_format.md");
  add_store_options(*command, options->store);
  command->callback([options, command] {
    take_path(*command, *options);
    const std::string& what = options->planning.inputs.binary;
    const bool is_image = !what.empty() && oci::looks_like_image(what);
    is_image ? explain_in_image(*options, *command) : explain_in_inputs(*options);
  });
}

}  // namespace cmd
