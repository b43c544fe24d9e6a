// Merges findings by sorting: the first of those with the same cause stands for them.
#include "layer/check/finding.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace layer {
namespace {

bool same_cause(const Finding& a, const Finding& b) {
  return a.severity == b.severity && a.check == b.check && a.cause == b.cause && !a.cause.empty();
}

}  // namespace

Finding finding_at(const Node& node, std::string_view check) {
  Finding finding;
  finding.check = check;
  finding.path = node.path;
  finding.origin = node.origin.position();
  return finding;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  throw std::logic_error("unknown severity");
}

void Findings::add(Findings other) {
  std::move(other.findings_.begin(), other.findings_.end(), std::back_inserter(findings_));
}

std::vector<Finding> Findings::take() {
  std::sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.severity, a.check, a.cause, a.path, a.reason) <
           std::tie(b.severity, b.check, b.cause, b.path, b.reason);
  });
  std::vector<Finding> merged;
  for (Finding& finding : findings_) {
    if (!merged.empty() && same_cause(merged.back(), finding)) {
      if (finding.path != merged.back().path) merged.back().count += finding.count;
    } else {
      merged.push_back(std::move(finding));
    }
  }
  findings_.clear();
  std::sort(merged.begin(), merged.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.severity, a.path, a.check, a.cause, a.reason) <
           std::tie(b.severity, b.path, b.check, b.cause, b.reason);
  });
  return merged;
}

Diagnostic to_diagnostic(const Finding& finding) {
  Diagnostic diagnostic;
  diagnostic.position.file = finding.path.empty() ? "image" : finding.path;
  const std::string others =
      finding.count > 1 ? fmt::format("; and {} more", finding.count - 1) : std::string();
  diagnostic.message = fmt::format("{}{} [{}]", finding.reason, others, finding.check);
  diagnostic.notes = finding.notes;
  if (!finding.origin.file.empty()) {
    diagnostic.notes.push_back(
        {finding.origin, finding.origin.line > 0 ? "declared here" : "comes from here"});
  }
  diagnostic.help = finding.help;
  return diagnostic;
}

}  // namespace layer
