// Gathers names only if there are rules that matched nothing.
#include "layer/plan/unused_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "layer/base/glob.h"
#include "layer/base/nearest_names.h"
#include "layer/model/runfiles_path.h"
#include "layer/plan/package_name.h"

namespace layer {
namespace {

// Canonical names of the external repositories that the tree has something of.
std::set<std::string_view> external_repositories(const FileTree& tree) {
  std::set<std::string_view> repositories;
  for (const Entry& entry : tree.entries) {
    const std::string_view name = entry.repository().empty()
                                      ? split_runfiles_path(entry.path).repository
                                      : entry.repository();
    if (!is_first_party(tree, name)) repositories.insert(name);
  }
  return repositories;
}

class UnusedRules {
 public:
  UnusedRules(const LayerRequest& request, const LayerOptions& options) : options_(options) {
    for (const std::string_view name : external_repositories(request.tree)) {
      packages_.emplace_back(name, package_name(name));
    }
    std::set<std::string_view> paths;
    for (const Placement& placed : request.placed) {
      for (std::string_view at = placed.path; !at.empty() && paths.insert(at).second;) {
        at = parent_path(at);
      }
    }
    paths_.assign(paths.begin(), paths.end());
  }

  Diagnostic describe(uint32_t number) const;

 private:
  bool matches_anything(const LayerRule& rule) const;
  std::string help(const LayerRule& rule) const;

  const LayerOptions& options_;
  std::vector<std::pair<std::string_view, std::string>> packages_;  // canonical name, package
  std::vector<std::string_view> paths_;                             // with their parents
};

bool UnusedRules::matches_anything(const LayerRule& rule) const {
  if (rule.of_path) {
    return std::ranges::any_of(
        paths_, [&](std::string_view path) { return glob_matches(rule.glob, path); });
  }
  return std::ranges::any_of(packages_, [&](const auto& package) {
    return takes_repository(rule, package.first, package.second);
  });
}

std::string UnusedRules::help(const LayerRule& rule) const {
  if (rule.of_path) {
    const std::vector<std::string_view> nearest = nearest_paths(rule.glob, paths_);
    return nearest.empty() ? "`veneer plan --files` lists the paths"
                           : fmt::format("the nearest paths are {}", quoted_names(nearest));
  }
  std::vector<std::string_view> names;
  for (const auto& [repository, package] : packages_) names.emplace_back(package);
  return names_to_choose(rule.glob, std::move(names));
}

Diagnostic UnusedRules::describe(uint32_t number) const {
  const LayerRule& rule = options_.rules[number];
  const std::string name = fmt::format("--layer {}={}", rule.layer, rule.glob);
  if (matches_anything(rule)) {
    return {{},
            fmt::format("{} takes nothing: earlier --layer rules take everything that it matches",
                        name),
            {},
            "the first --layer that matches wins: put special rules before general ones"};
  }
  return {{},
          fmt::format("{} matches no {}", name, rule.of_path ? "path of the image" : "package"),
          {},
          help(rule)};
}

}  // namespace

void warn_of_unused_rules(const LayerRequest& request, const LayerOptions& options,
                          const std::vector<uint32_t>& unused, Diagnostics& found) {
  if (unused.empty()) return;
  const UnusedRules rules(request, options);
  for (const uint32_t number : unused) found.warn(rules.describe(number));
}

}  // namespace layer
