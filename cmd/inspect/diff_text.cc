// Prints config, layers, packages, files, each only if something of it differs.
#include "cmd/inspect/diff_text.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "cmd/report/columns.h"
#include "cmd/report/messages.h"

namespace cmd {
namespace {

constexpr size_t kFewFiles = 30;
constexpr size_t kFewPackages = 30;

void print_cut(const std::string& line, Style style = Style::kPlain) {
  print_line(stdout, cut_end(line, report_width()), style);
}

// Of what begins with "+", "-" or "~".
Style style_of(char sign) {
  if (sign == '+') return Style::kAdded;
  return sign == '-' ? Style::kRemoved : Style::kChanged;
}

void print_config(const Comparison& comparison) {
  if (comparison.config.empty()) return;
  print_line(stdout, "config:", Style::kHeading);
  for (const oci::ConfigChange& change : comparison.config) {
    if (!change.before) {
      print_cut(fmt::format("  + {}: {}", change.name, *change.after), Style::kAdded);
    } else if (!change.after) {
      print_cut(fmt::format("  - {}: {}", change.name, *change.before), Style::kRemoved);
    } else {
      print_cut(fmt::format("  ~ {}: {} -> {}", change.name, *change.before, *change.after),
                Style::kChanged);
    }
  }
}

const oci::ImageLayer& layer_of(const Comparison& comparison, const oci::LayerPair& pair) {
  return pair.after == oci::kNone ? comparison.before.image.layers[pair.before]
                                  : comparison.after.image.layers[pair.after];
}

std::string numbers_text(const oci::LayerPair& pair) {
  const auto number = [](uint32_t layer) {
    return layer == oci::kNone ? std::string("-") : fmt::to_string(layer + 1);
  };
  return fmt::format("{:>3} -> {:<3}", number(pair.before), number(pair.after));
}

void print_diff_layers(const Comparison& comparison) {
  const oci::LayerDiff& diff = comparison.layers;
  const auto kept =
      std::ranges::count(diff.layers, oci::LayerRelation::kKept, &oci::LayerPair::relation);
  if (static_cast<size_t>(kept) == diff.layers.size()) return;
  print_cut(fmt::format("layers: {} of {} kept ({}); {} to send", kept,
                        comparison.after.image.layers.size(), human_size(diff.kept_bytes),
                        human_size(diff.new_bytes)),
            Style::kHeading);
  for (const oci::LayerPair& pair : diff.layers) {
    if (pair.relation == oci::LayerRelation::kKept) continue;
    const oci::ImageLayer& layer = layer_of(comparison, pair);
    print_cut(fmt::format("  {:<5}  {}  {:>10}  {}", oci::layer_relation_name(pair.relation),
                          numbers_text(pair), human_size(layer.descriptor.size),
                          layer.diff_id.digest.to_string()));
    for (const oci::LayerReason& reason : pair.reasons) {
      print_cut(fmt::format("         equal contents, another {}: {}",
                            oci::digest_reason_name(reason.reason), reason.detail));
    }
  }
}

std::string version_text(const Comparison& comparison, const oci::PackageChange& change) {
  const oci::Package* before = package_before(comparison, change);
  const oci::Package* after = package_after(comparison, change);
  if (before == nullptr) return fmt::format("+ {} {}", after->name, after->version);
  if (after == nullptr) return fmt::format("- {} {}", before->name, before->version);
  if (before->version == after->version) return fmt::format("~ {} {}", after->name, after->version);
  return fmt::format("~ {} {} -> {}", after->name, before->version, after->version);
}

uint64_t size_of(const oci::Package* package) {
  return package == nullptr ? 0 : package->size;
}

void print_diff_packages(const Comparison& comparison, ListFiles list) {
  const std::vector<oci::PackageChange>& packages = comparison.contents.packages;
  if (packages.empty()) return;
  print_line(stdout, "packages:", Style::kHeading);
  const size_t shown = list == ListFiles::kAll || is_verbose()
                           ? packages.size()
                           : std::min(kFewPackages, packages.size());
  for (size_t i = 0; i < shown; ++i) {
    const oci::PackageChange& change = packages[i];
    ChangeCounts counts;
    for (const uint32_t file : change.files) counts.count(comparison.contents.files[file]);
    const std::string text = version_text(comparison, change);
    print_cut(fmt::format("  {:<40} {:>10}  {}", text,
                          size_change(size_of(package_before(comparison, change)),
                                      size_of(package_after(comparison, change))),
                          counts.total() == 0 ? "" : "files: " + counts.to_string()),
              style_of(text.front()));
  }
  if (shown < packages.size()) {
    print_line(stdout, fmt::format("  … and {} more; --files lists them", packages.size() - shown));
  }
}

uint64_t content_size(const layer::Node* node) {
  return node == nullptr ? 0 : node->size;
}

void print_file(const oci::FileChange& change) {
  const char sign = change.before == nullptr ? '+' : change.after == nullptr ? '-' : '~';
  const std::string left = fmt::format(
      "  {} {:>10}  ", sign, size_change(content_size(change.before), content_size(change.after)));
  std::string right;
  if (sign == '~')
    right = fmt::format("  {}", fmt::join(difference_names(change.difference), ", "));
  const std::string folder = change.node().kind == layer::NodeKind::kDirectory ? "/" : "";
  const size_t used = left.size() + right.size() + folder.size();
  const size_t room = report_width() > used + 20 ? report_width() - used : 20;
  print_line(stdout, left + cut_begin(change.node().path, room) + folder + right, style_of(sign));
}

void print_diff_files(const Comparison& comparison, ListFiles list) {
  const oci::ImageDiff& diff = comparison.contents;
  ChangeCounts counts;
  for (size_t i = 0; i < diff.files.size(); ++i) {
    if (list == ListFiles::kAll || diff.package_of[i] == oci::kNone) counts.count(diff.files[i]);
  }
  if (counts.total() == 0) return;
  print_line(stdout,
             fmt::format("{}: {}", list == ListFiles::kAll ? "files" : "files of no package",
                         counts.to_string()),
             Style::kHeading);
  size_t shown = 0;
  for (size_t i = 0; i < diff.files.size(); ++i) {
    if (list == ListFiles::kFew && diff.package_of[i] != oci::kNone) continue;
    if (list == ListFiles::kFew && shown == kFewFiles && !is_verbose()) {
      print_line(stdout,
                 fmt::format("  … and {} more; --files lists them", counts.total() - shown));
      return;
    }
    print_file(diff.files[i]);
    ++shown;
  }
}

}  // namespace

void print_diff_text(const Comparison& comparison, ListFiles list) {
  print_config(comparison);
  print_diff_layers(comparison);
  print_diff_packages(comparison, list);
  print_diff_files(comparison, list);
}

}  // namespace cmd
