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

constexpr size_t kNamedOthers = 3;

void merge(Finding finding, Finding& first) {
  first.count += finding.count;
  if (first.others.size() < kNamedOthers) first.others.push_back(std::move(finding.path));
}

// "…/cublas/lib/b.so" for "site/cublas/lib/b.so" beside "site/cudnn/lib/a.so".
std::string unlike(std::string_view path, std::string_view other) {
  const auto ends = std::mismatch(path.begin(), path.end(), other.begin(), other.end());
  const size_t slash = path.substr(0, static_cast<size_t>(ends.first - path.begin())).rfind('/');
  return slash == path.npos ? std::string(path) : "…" + std::string(path.substr(slash));
}

// "likewise: …/b.so, …/c.so and 15 more".
std::string others_text(const Finding& finding) {
  std::string text = "likewise: ";
  for (size_t i = 0; i < finding.others.size(); ++i) {
    text += (i == 0 ? "" : ", ") + unlike(finding.others[i], finding.path);
  }
  const size_t rest = finding.count - 1 - finding.others.size();
  return rest == 0 ? text : text + fmt::format(" and {} more", rest);
}

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
  std::string last;  // paths come in order
  for (Finding& finding : findings_) {
    if (merged.empty() || !same_cause(merged.back(), finding)) {
      last = finding.path;
      merged.push_back(std::move(finding));
    } else if (finding.path != last) {
      last = finding.path;
      merge(std::move(finding), merged.back());
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
  diagnostic.message = fmt::format("{} [{}]", finding.reason, finding.check);
  diagnostic.notes = finding.notes;
  if (!finding.others.empty()) {
    diagnostic.notes.insert(diagnostic.notes.begin(), {diagnostic.position, others_text(finding)});
  }
  if (!finding.origin.file.empty()) {
    diagnostic.notes.push_back(
        {finding.origin, finding.origin.line > 0 ? "declared here" : "comes from here"});
  }
  diagnostic.help = finding.help;
  return diagnostic;
}

}  // namespace layer
