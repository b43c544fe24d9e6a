// Counts entries by kind, and bytes by package.
#include "oci/inspect/layer_summary.h"

#include <algorithm>
#include <map>
#include <utility>

namespace oci {
namespace {

void count_entries(const LayerFacts& facts, LayerSummary& summary) {
  for (const LayerMember& member : facts.members) {
    switch (member.kind) {
      case MemberKind::kRoot:
      case MemberKind::kDirectory:
        ++summary.directories;
        break;
      case MemberKind::kFile:
        ++summary.files;
        break;
      case MemberKind::kSymlink:
        ++summary.symlinks;
        break;
      case MemberKind::kHardlink:
        ++summary.hardlinks;
        break;
      case MemberKind::kOther:
        ++summary.others;
        break;
      case MemberKind::kWhiteout:
      case MemberKind::kOpaque:
      case MemberKind::kReserved:
        ++summary.marks;
        break;
    }
  }
}

void add_packages(const ImageFacts& facts, std::vector<LayerSummary>& summaries) {
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> bytes;  // by layer and package
  std::vector<bool> is_counted(facts.files.size());
  for (const layer::Node& node : facts.tree.nodes()) {
    const uint32_t owner = facts.owners[index_of(facts, node)];
    if (owner == kNone || node.inode == 0 || node.size == 0 || is_counted[node.inode - 1]) continue;
    is_counted[node.inode - 1] = true;
    bytes[{facts.files[node.inode - 1].layer, owner}] += node.size;
  }
  for (const auto& [place, size] : bytes) {
    summaries[place.first].packages.push_back({place.second, size});
  }
  for (LayerSummary& summary : summaries) {
    std::stable_sort(
        summary.packages.begin(), summary.packages.end(),
        [](const PackageShare& a, const PackageShare& b) { return a.bytes > b.bytes; });
  }
}

}  // namespace

std::vector<LayerSummary> summarize_layers(const StoredImage& image, const ImageFacts& facts) {
  std::vector<LayerSummary> summaries(facts.layers.size());
  for (size_t i = 0; i < summaries.size(); ++i) count_entries(*facts.layers[i], summaries[i]);
  for (const StoredFile& file : facts.files) {
    summaries[file.layer].content_bytes += file.size;
    if (file.hidden_by != kNone) summaries[file.layer].hidden_bytes += file.size;
  }
  add_packages(facts, summaries);
  size_t layer = 0;
  for (const History& step : image.config.history) {
    if (step.empty_layer || layer == summaries.size()) continue;
    summaries[layer++].created_by = step.created_by;
  }
  return summaries;
}

}  // namespace oci
