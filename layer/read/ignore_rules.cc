// Computes the patterns that match a directory once for everything in it.
#include "layer/read/ignore_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

// Steps of IgnorePattern::matches(): a hundred patterns take some ten thousand for each path.
constexpr uint64_t kMaxSteps = 1'000'000'000;
constexpr uint64_t kMaxStepsOfPath = 100'000;

}  // namespace

void IgnoreRules::add_file(const std::string& file, std::string_view text) {
  Diagnostics found;
  Lines lines(text, LineEnd::kLfOrCrLf);
  while (lines.next()) {
    const std::string_view line = lines.line();
    const bool is_blank = line.find_first_not_of(" \t\v\f\r") == std::string_view::npos;
    if (is_blank || line.starts_with('#')) continue;
    std::string fault;
    IgnorePattern pattern(line, fault);
    if (!fault.empty()) {
      found.error({{file, lines.number(), 1}, fmt::format("pattern '{}' {}", line, fault), {}, {}});
      continue;
    }
    patterns_.push_back(std::move(pattern));
  }
  found.throw_if_errors();
  has_matched_.resize(patterns_.size());
}

void IgnoreRules::add(std::string_view pattern, std::string_view called) {
  std::string fault;
  IgnorePattern read(pattern, fault);
  if (!fault.empty()) throw Error(fmt::format("{} '{}' {}", called, pattern, fault));
  patterns_.push_back(std::move(read));
  has_matched_.push_back(false);
}

void IgnoreRules::enter(std::string_view parent) {
  if (takes_parent_.size() == patterns_.size() && parent == parent_) return;
  parent_ = parent;
  takes_parent_.assign(patterns_.size(), false);
  for (; !parent.empty(); parent = parent_path(parent)) {
    const std::u32string path = to_characters(parent);
    for (size_t i = 0; i < patterns_.size(); ++i) {
      if (!takes_parent_[i]) takes_parent_[i] = patterns_[i].matches(path, steps_);
    }
  }
}

IgnoreRules::Verdict IgnoreRules::judge(std::string_view path) {
  if (patterns_.empty()) return Verdict::kKept;
  ++judged_;
  enter(parent_path(path));
  const std::u32string characters = to_characters(path);
  Verdict verdict = Verdict::kKept;
  for (size_t i = 0; i < patterns_.size(); ++i) {
    if (!takes_parent_[i] && !patterns_[i].matches(characters, steps_)) continue;
    has_matched_[i] = true;
    verdict = patterns_[i].is_exception() ? Verdict::kKeptByName : Verdict::kLeftOut;
  }
  check_steps(path);
  return verdict;
}

void IgnoreRules::check_steps(std::string_view path) const {
  if (steps_ <= kMaxSteps + judged_ * kMaxStepsOfPath) return;
  throw Error(
      fmt::format("'{}': finding out whether it is left out takes too long with {} patterns",
                  shown_path(path), patterns_.size()))
      .with_help("write fewer patterns, or patterns with fewer '*', into the tree's ignore file");
}

bool IgnoreRules::may_keep_below(std::string_view directory) const {
  const std::u32string path = to_characters(directory);
  return std::ranges::any_of(patterns_, [&](const IgnorePattern& pattern) {
    return pattern.is_exception() && pattern.may_match_below(path);
  });
}

}  // namespace layer
