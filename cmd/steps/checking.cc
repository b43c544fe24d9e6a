// From a plan to findings, and from findings to messages.
#include "cmd/steps/checking.h"

#include <fmt/ranges.h>

#include <utility>

#include "cmd/options/choice.h"
#include "cmd/report/messages.h"
#include "layer/base/threads.h"
#include "layer/check/check_image.h"
#include "layer/check/plan_tree.h"
#include "layer/model/runfiles_path.h"
#include "oci/read/probe_image.h"

namespace cmd {
namespace {

std::string_view entry_point(const layer::RunConfig& config) {
  if (config.command.empty()) return {};
  const std::string_view path = config.command.front();
  return path.substr(std::min(path.find_first_not_of('/'), path.size()));
}

// Which checks look at a path, by what it is in the image.
std::string checked_as(const layer::Explanation& explanation, const PlanningState& planned) {
  std::vector<std::string_view> kinds;
  const std::string& end = explanation.leads_to.empty() ? explanation.path : explanation.leads_to;
  const std::string_view name = layer::base_name(end);
  if (!explanation.link.empty()) kinds.emplace_back("links");
  if (name.ends_with(".so") || name.find(".so.") != std::string_view::npos) {
    kinds.emplace_back("libraries");
  }
  if (name.ends_with(".pyc")) kinds.emplace_back("compiled Python files");
  if (layer::is_interpreter_name(name)) kinds.emplace_back("interpreters");
  if (planned.plan.program && planned.plan.program->entry_point == explanation.path) {
    kinds.emplace_back("launchers");
  }
  return kinds.empty() ? "" : fmt::format("Passed the checks of {}.", fmt::join(kinds, " and of "));
}

}  // namespace

void add_check_option(CLI::App& command, CheckLevel& level) {
  command
      .add_option("--check", level,
                  level == CheckLevel::kOff ? "error: stop if something is certainly broken; warn: "
                                              "only report it; off: check nothing (default)"
                                            : "error: stop if something is certainly broken "
                                              "(default); warn: only report it; off: check nothing")
      ->transform(one_of<CheckLevel>(
          {{"error", CheckLevel::kError}, {"warn", CheckLevel::kWarn}, {"off", CheckLevel::kOff}}))
      ->type_name("error|warn|off");
}

CheckCounts count_findings(const std::vector<layer::Finding>& findings) {
  CheckCounts counts;
  for (const layer::Finding& finding : findings) {
    switch (finding.severity) {
      case layer::Severity::kError:
        ++counts.errors;
        break;
      case layer::Severity::kWarning:
        ++counts.warnings;
        break;
      case layer::Severity::kNote:
        ++counts.notes;
        break;
    }
  }
  return counts;
}

layer::Diagnostic diagnostic_of(const layer::Finding& finding, const layer::ShortPaths& paths) {
  return is_verbose() ? layer::to_diagnostic(finding) : layer::to_diagnostic(finding, paths);
}

oci::ImageConfig final_config(const oci::StoredImage* base,
                              const std::optional<oci::Platform>& platform,
                              const oci::ConfigChanges& changes) {
  if (base != nullptr) return oci::apply_changes(base->config, changes);
  return oci::apply_changes(
      oci::scratch_config(platform.value_or(oci::parse_platform("linux/amd64"))), changes);
}

void start_program(const std::optional<layer::Program>& program, oci::ConfigChanges& changes) {
  if (!program) return;
  if (!changes.entrypoint) changes.entrypoint = {program->entry_point};
  if (!changes.working_dir) changes.working_dir = program->working_directory;
}

std::vector<layer::Finding> check_plan(const PlanningState& planned, const PlanningOptions& options,
                                       const oci::StoredImage* base,
                                       const oci::ConfigChanges& changes, layer::Store* store) {
  const auto base_layers = static_cast<uint32_t>(base == nullptr ? 0 : base->layers.size());
  const oci::ImageConfig config = final_config(base, wanted_platform(options.base), changes);
  layer::Probes probes = planned.base ? planned.base->probes : layer::Probes{};
  const layer::ImageTree none;
  const layer::ImageTree& below = planned.base ? planned.base->tree : none;
  const layer::EntryWalk input(planned.tree.entries, &below);
  layer::ImageTree tree = below;
  const layer::RunConfig run = oci::run_config(config);
  layer::Findings findings;
  layer::Threads threads(options.jobs);
  threads.execute([&] {
    layer::add_plan(planned.plan, base_layers, entry_point(run), tree, probes, findings, store);
  });
  // A plan that was read from its text has no input.
  const layer::EntryWalk* declared = planned.tree.entries.empty() ? nullptr : &input;
  layer::check_image({tree, probes, run, declared, base_layers}, options.jobs, findings);
  return findings.take();
}

void explain_checks(const std::vector<layer::Finding>& findings, const PlanningState& planned,
                    std::vector<layer::Explanation>& explanations) {
  for (layer::Explanation& explanation : explanations) {
    const size_t before = explanation.statements.size();
    for (const layer::Finding& finding : findings) {
      if (explanation.path != '/' + finding.path) continue;
      explanation.statements.push_back(
          {"check", fmt::format("{}: it {} [{}].", layer::severity_name(finding.severity),
                                finding.reason, finding.check)});
    }
    const std::string passed = checked_as(explanation, planned);
    const bool is_silent = explanation.statements.size() == before;
    if (is_silent && !passed.empty()) explanation.statements.push_back({"check", passed});
  }
}

CheckCounts report_findings(const std::vector<layer::Finding>& findings, CheckLevel level) {
  layer::Diagnostics found;
  const layer::ShortPaths paths(findings);
  for (const layer::Finding& finding : findings) {
    layer::Diagnostic diagnostic = diagnostic_of(finding, paths);
    if (finding.severity == layer::Severity::kNote) {
      if (is_verbose()) print_note(diagnostic);
      continue;
    }
    const bool stops = finding.severity == layer::Severity::kError && level == CheckLevel::kError;
    if (stops) {
      found.error(std::move(diagnostic));
    } else {
      found.warn(std::move(diagnostic));
    }
  }
  print_warnings(found.warnings());
  const CheckCounts counts = count_findings(findings);
  try {
    found.throw_if_errors();
  } catch (const layer::Error& error) {
    std::vector<layer::Diagnostic> all = error.diagnostics();
    all.push_back({{},
                   fmt::format("the image would be broken: {} found, nothing written",
                               counted(counts.errors, "error")),
                   {},
                   "--check=warn builds it all the same"});
    throw layer::Error(std::move(all));
  }
  return counts;
}

}  // namespace cmd
