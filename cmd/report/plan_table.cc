// Adds up the entries of each layer by the packages that declare them.
#include "cmd/report/plan_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/report/columns.h"
#include "cmd/report/messages.h"
#include "layer/plan/package_name.h"
#include "layer/plan/plan_image.h"

namespace cmd {
namespace {

// Of a layer, or of a package in it.
struct PlannedPart {
  uint64_t files = 0;
  uint64_t links = 0;
  uint64_t bytes = 0;  // of the files

  void add(const layer::TarEntry& entry) {
    if (entry.type == layer::TarType::kDirectory) return;
    const bool is_file = entry.type == layer::TarType::kFile;
    ++(is_file ? files : links);
    if (is_file) bytes += entry.size;
  }
};

using PlannedPackage = std::pair<std::string, PlannedPart>;

// Largest first. First-party files are in none.
std::vector<PlannedPackage> planned_packages(const layer::FileTree& tree,
                                             const layer::LayerPlan& layer) {
  std::map<std::string_view, PlannedPart> by_repository;
  for (const layer::TarEntry& entry : layer.entries) {
    const std::string_view repository = layer::repository_of(tree, entry);
    if (!layer::is_first_party(tree, repository)) by_repository[repository].add(entry);
  }
  std::map<std::string, PlannedPart> by_name;
  for (const auto& [repository, part] : by_repository) {
    PlannedPart& package = by_name[layer::package_name(repository)];
    package.files += part.files;
    package.links += part.links;
    package.bytes += part.bytes;
  }
  std::erase_if(by_name, [](const auto& named) {
    return named.second.files == 0 && named.second.links == 0;  // it has but directories
  });
  std::vector<PlannedPackage> packages(by_name.begin(), by_name.end());
  std::ranges::stable_sort(packages, [](const PlannedPackage& a, const PlannedPackage& b) {
    return a.second.bytes > b.second.bytes;
  });
  return packages;
}

void print_row(const std::string& name, const PlannedPart& part, std::string_view about) {
  std::string row = fmt::format("{:<32} {:>9} {:>9} {:>10}", name, part.files, part.links,
                                human_size(part.bytes));
  if (!about.empty()) row += fmt::format("  {}", about);
  print_line(stdout, fit(stdout, row));
}

}  // namespace

void print_plan_table(const layer::FileTree& tree, const layer::ImagePlan& plan) {
  print_line(
      stdout,
      fmt::format("{:<32} {:>9} {:>9} {:>10}", "layer, package", "files", "links", "unpacked"),
      Style::kHeading);
  for (const layer::LayerPlan& layer : plan.layers) {
    PlannedPart whole;
    for (const layer::TarEntry& entry : layer.entries) whole.add(entry);
    print_row(layer.name, whole, layer.reason);
    for (const auto& [name, part] : planned_packages(tree, layer)) print_row("  " + name, part, "");
  }
  const layer::PlanSummary summary = layer::summarize(plan);
  std::string total =
      fmt::format("{} in {}, {}", counted(summary.files, "file"),
                  counted(plan.layers.size(), "layer"), human_size(summary.stored_bytes));
  if (summary.linked_bytes > 0) {
    total += fmt::format("; links save {}", human_size(summary.linked_bytes));
  }
  if (summary.in_base > 0) {
    total += fmt::format("; {} already in the base", counted(summary.in_base, "path"));
  }
  print_line(stdout, total + "; `--files` lists each path");
}

}  // namespace cmd
