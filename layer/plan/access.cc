// Matches each path once; why a rule was of no use is found out only when one was not.
#include "layer/plan/access.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>

#include "layer/base/glob.h"
#include "layer/base/nearest_names.h"

namespace layer {
namespace {

constexpr uint32_t kMostMode = 07777;
constexpr size_t kMostModeDigits = 5;  // "04755"

// No value for a text that is no octal mode.
std::optional<uint32_t> octal_mode(std::string_view text) {
  if (text.empty() || text.size() > kMostModeDigits) return std::nullopt;
  uint32_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    mode = mode * 8 + static_cast<uint32_t>(c - '0');
  }
  return mode <= kMostMode ? std::optional(mode) : std::nullopt;
}

// What a rule that changes nothing matches in a plan.
struct Matches {
  std::vector<std::string_view> paths;  // all of the plan
  const TarEntry* link = nullptr;       // the first
  bool is_taken = false;                // an earlier rule matches the same
};

Matches matches_of(const std::vector<ModeRule>& rules, size_t number, const ImagePlan& plan) {
  const std::span<const ModeRule> earlier = std::span(rules).first(number);
  Matches found;
  for (const LayerPlan& layer : plan.layers) {
    for (const TarEntry& entry : layer.entries) {
      found.paths.push_back(entry.path);
      const auto matches = [&](const ModeRule& rule) {
        return glob_matches(rule.glob, entry.path);
      };
      if (!matches(rules[number])) continue;
      if (entry.type == TarType::kSymlink) {
        if (found.link == nullptr) found.link = &entry;
      } else if (std::ranges::any_of(earlier, matches)) {
        found.is_taken = true;
      }
    }
  }
  return found;
}

}  // namespace

ModeRule parse_mode_rule(std::string_view argument) {
  const size_t equals = argument.rfind('=');
  std::string_view glob = argument.substr(0, std::min(equals, argument.size()));
  while (glob.starts_with('/')) glob.remove_prefix(1);
  while (glob.ends_with('/')) glob.remove_suffix(1);
  if (equals == std::string_view::npos || glob.empty()) {
    throw Error(fmt::format("chmod '{}': expected GLOB=MODE", argument))
        .with_help("for example 'app/bin/*=0755'");
  }
  const std::optional<uint32_t> mode = octal_mode(argument.substr(equals + 1));
  if (!mode) {
    throw Error(
        fmt::format("chmod '{}': '{}' is not an octal mode", argument, argument.substr(equals + 1)))
        .with_help("0644 for a file that all may read, 0755 for a program or a directory");
  }
  return {std::string(glob), *mode};
}

void Access::apply(TarEntry& entry, std::string_view path) {
  if (rules_.owner && std::ranges::find(rules_.kept, path) == rules_.kept.end()) {
    entry.uid = rules_.owner->uid;
    entry.gid = rules_.owner->gid;
  }
  if (entry.type == TarType::kSymlink) return;
  const auto rule = std::ranges::find_if(
      rules_.modes, [&](const ModeRule& one) { return glob_matches(one.glob, entry.path); });
  if (rule == rules_.modes.end()) return;
  entry.mode = rule->mode;
  is_used_[static_cast<size_t>(rule - rules_.modes.begin())] = true;
}

Diagnostic Access::describe_unused(size_t number, const ImagePlan& plan) const {
  const std::string& glob = rules_.modes[number].glob;
  const Matches matches = matches_of(rules_.modes, number, plan);
  if (matches.is_taken) {
    return {{},
            fmt::format("--chmod '{}' changes nothing: earlier --chmod rules take everything that "
                        "it matches",
                        glob),
            {},
            "the first --chmod that matches a path counts: put special rules before general ones"};
  }
  Diagnostic fault;
  fault.message = fmt::format("--chmod '{}' matches nothing that is added to the image", glob);
  if (matches.link != nullptr) {
    const TarEntry& link = *matches.link;
    fault.notes.push_back(
        {link.origin.position(),
         fmt::format("the pattern matches '{}', which is a link to '{}'", link.path, link.link())});
    fault.help = "a link has the mode of the file that it leads to: name that file";
  } else {
    const std::vector<std::string_view> nearest = nearest_paths(glob, matches.paths);
    fault.help =
        nearest.empty()
            ? "`veneer plan --files` lists the paths; '**' stands for any number of directories"
            : fmt::format("the nearest paths are {}", quoted_names(nearest));
  }
  return fault;
}

void Access::check_all_used(const ImagePlan& plan) const {
  Diagnostics found;
  for (size_t i = 0; i < is_used_.size(); ++i) {
    if (!is_used_[i]) found.error(describe_unused(i, plan));
  }
  found.throw_if_errors();
}

}  // namespace layer
