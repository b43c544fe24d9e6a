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
constexpr size_t kLeastSaved = 8;  // characters

void merge(Finding finding, Finding& first) {
  first.count += finding.count;
  if (first.others.size() < kNamedOthers) first.others.push_back(std::move(finding.path));
}

std::string_view without_root(std::string_view path) {
  return path.starts_with('/') ? path.substr(1) : path;
}

std::string reverse(std::string_view text) {
  return {text.rbegin(), text.rend()};
}

// "likewise: lib/b.so, lib/c.so and 15 more".
std::string others_text(const Finding& finding, const ShortPaths* paths) {
  std::string text = "likewise: ";
  for (size_t i = 0; i < finding.others.size(); ++i) {
    const std::string& other = finding.others[i];
    text += (i == 0 ? "" : ", ") + (paths == nullptr ? other : paths->shorten(other));
  }
  const size_t rest = finding.count - 1 - finding.others.size();
  return rest == 0 ? text : text + fmt::format(" and {} more", rest);
}

// The reason with each path that it quotes in its short form.
std::string reason_text(const Finding& finding, const ShortPaths* paths) {
  std::string text = finding.reason;
  if (paths == nullptr) return text;
  for (const std::string& path : finding.named) {
    const std::string quoted = fmt::format("'{}'", path);
    const size_t at = text.rfind(quoted);  // before it may be a link's text
    if (at != text.npos) text.replace(at + 1, path.size(), paths->shorten(path));
  }
  return text;
}

Diagnostic describe(const Finding& finding, const ShortPaths* paths) {
  Diagnostic diagnostic;
  diagnostic.position.file = finding.path.empty() ? "image" : finding.path;
  diagnostic.message = fmt::format("{} [{}]", reason_text(finding, paths), finding.check);
  diagnostic.notes = finding.notes;
  if (!finding.others.empty()) {
    diagnostic.notes.insert(diagnostic.notes.begin(),
                            {diagnostic.position, others_text(finding, paths)});
  }
  if (!finding.origin.file.empty()) {
    diagnostic.notes.push_back(
        {finding.origin, finding.origin.line > 0 ? "declared here" : "comes from here"});
  }
  diagnostic.help = finding.help;
  return diagnostic;
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

ShortPaths::ShortPaths(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    add(finding.path);
    for (const std::string& path : finding.others) add(path);
    for (const std::string& path : finding.named) add(path);
  }
  std::sort(reversed_.begin(), reversed_.end());
  reversed_.erase(std::unique(reversed_.begin(), reversed_.end()), reversed_.end());
}

void ShortPaths::add(std::string_view path) {
  reversed_.push_back(reverse(without_root(path)) + '/');
}

bool ShortPaths::is_unique(std::string_view end) const {
  const std::string begin = reverse(end) + '/';
  const auto first = std::lower_bound(reversed_.begin(), reversed_.end(), begin);
  return first != reversed_.end() && first->starts_with(begin) &&
         (first + 1 == reversed_.end() || !(first + 1)->starts_with(begin));
}

std::string ShortPaths::shorten(std::string_view path) const {
  const std::string_view whole = without_root(path);
  size_t slash = whole.rfind('/');
  if (slash != whole.npos && slash > 0) slash = whole.rfind('/', slash - 1);
  while (slash != whole.npos && slash > 0 && !is_unique(whole.substr(slash + 1))) {
    slash = whole.rfind('/', slash - 1);
  }
  if (slash == whole.npos || slash < kLeastSaved) return std::string(path);
  return "…" + std::string(whole.substr(slash));
}

Diagnostic to_diagnostic(const Finding& finding) {
  return describe(finding, nullptr);
}

Diagnostic to_diagnostic(const Finding& finding, const ShortPaths& paths) {
  return describe(finding, &paths);
}

}  // namespace layer
