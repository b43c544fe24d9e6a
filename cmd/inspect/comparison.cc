// Asks for each kind of difference, and names them.
#include "cmd/inspect/comparison.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cmd {

bool Comparison::has_differences() const {
  const bool has_all_layers = std::ranges::all_of(layers.layers, [](const oci::LayerPair& pair) {
    return pair.relation == oci::LayerRelation::kKept && pair.before == pair.after;
  });
  return !config.empty() || !contents.files.empty() || !contents.packages.empty() ||
         !has_all_layers || before.image.layers.size() != after.image.layers.size();
}

void ChangeCounts::count(const oci::FileChange& change) {
  if (change.before == nullptr) {
    ++added;
  } else if (change.after == nullptr) {
    ++removed;
  } else {
    ++changed;
  }
}

std::string ChangeCounts::to_string() const {
  std::vector<std::string> parts;
  if (added > 0) parts.push_back(fmt::format("{} added", added));
  if (removed > 0) parts.push_back(fmt::format("{} removed", removed));
  if (changed > 0) parts.push_back(fmt::format("{} changed", changed));
  return fmt::format("{}", fmt::join(parts, ", "));
}

Comparison compare(const oci::ImageSubject& before, const oci::ImageSubject& after,
                   oci::CompareTimes times) {
  return {before, after, oci::compare_configs(before.image, after.image),
          oci::compare_layers(before, after), oci::compare_images(before, after, times)};
}

std::vector<std::string_view> difference_names(const oci::FileDifference& difference) {
  std::vector<std::string_view> names;
  if (difference.type) names.emplace_back("type");
  if (difference.content) names.emplace_back("content");
  if (difference.link) names.emplace_back("link");
  if (difference.mode) names.emplace_back("mode");
  if (difference.owner) names.emplace_back("owner");
  if (difference.time) names.emplace_back("time");
  if (difference.xattrs) names.emplace_back("xattrs");
  if (difference.hardlinks) names.emplace_back("hardlinks");
  return names;
}

const oci::Package* package_before(const Comparison& comparison, const oci::PackageChange& change) {
  if (change.before == oci::kNone) return nullptr;
  return &comparison.before.facts.packages[change.before];
}

const oci::Package* package_after(const Comparison& comparison, const oci::PackageChange& change) {
  if (change.after == oci::kNone) return nullptr;
  return &comparison.after.facts.packages[change.after];
}

}  // namespace cmd
