// From a plan to findings, and from findings to messages.
#include "cmd/checking.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <map>
#include <utility>

#include "cmd/messages.h"
#include "layer/check/check_image.h"
#include "layer/check/plan_tree.h"
#include "oci/probe_image.h"

namespace cmd {
namespace {

std::string_view entry_point(const layer::RunConfig& config) {
  if (config.command.empty()) return {};
  const std::string_view path = config.command.front();
  return path.substr(std::min(path.find_first_not_of('/'), path.size()));
}

}  // namespace

void add_check_option(CLI::App& command, CheckLevel& level) {
  const std::map<std::string, CheckLevel> levels{
      {"error", CheckLevel::kError}, {"warn", CheckLevel::kWarn}, {"off", CheckLevel::kOff}};
  command
      .add_option("--check", level,
                  "error: what is certainly broken stops the build (default); warn: it is only "
                  "told; off: nothing is checked")
      ->transform(CLI::CheckedTransformer(levels).description(""))
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

std::vector<layer::Finding> check_plan(const Planned& planned, uint32_t base_layers,
                                       const oci::ImageConfig& config, unsigned jobs) {
  layer::Probes probes = planned.base_probes;
  const layer::ImageTree none;
  const layer::ImageTree& base = planned.base ? planned.base->tree : none;
  const layer::DeclaredTree input([&] { return layer::tree_of_input(base, planned.tree); });
  layer::ImageTree tree = base;
  const layer::RunConfig run = oci::run_config(config);
  layer::Findings findings;
  tbb::task_arena threads(static_cast<int>(jobs));
  threads.execute([&] {
    layer::add_plan(planned.plan, base_layers, entry_point(run), tree, probes, findings);
  });
  // A plan that was read from its text has no input.
  const layer::DeclaredTree* declared = planned.tree.entries.empty() ? nullptr : &input;
  layer::check_image({tree, probes, run, declared, base_layers}, jobs, findings);
  return findings.take();
}

CheckCounts report_findings(const std::vector<layer::Finding>& findings, CheckLevel level) {
  layer::Diagnostics found;
  for (const layer::Finding& finding : findings) {
    if (finding.severity == layer::Severity::kNote) continue;
    const bool stops = finding.severity == layer::Severity::kError && level == CheckLevel::kError;
    layer::Diagnostic diagnostic = layer::to_diagnostic(finding);
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
