// Turns a plan's entries into nodes, layer after layer, in the order in which they are stacked.
#include "layer/check/plan_tree.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/check/replaced.h"
#include "layer/disk/file_reader.h"
#include "layer/place/plan_nodes.h"
#include "layer/probe/probe_memo.h"

namespace layer {
namespace {

constexpr uint32_t kProgramMode = 0755;
constexpr uint32_t kDataMode = 0644;

Finding finding_about(const TarEntry& entry, std::string_view check, std::string reason) {
  Finding finding;
  finding.check = check;
  finding.path = entry.path;
  finding.origin = entry.origin.position();
  finding.reason = std::move(reason);
  return finding;
}

// Adds the nodes of one layer to those of all. A hardlink has the inode, source and mode of its
// target.
class LayerNodes {
 public:
  LayerNodes(std::vector<Node>& nodes, Findings& findings) : nodes_(nodes), findings_(findings) {}

  void add(const LayerPlan& plan, uint32_t layer, uint32_t& next_inode);

 private:
  void add_hardlink(const TarEntry& entry, Node node);

  std::vector<Node>& nodes_;
  Findings& findings_;
  NameMap<size_t> files_;  // of this layer, by path
};

void LayerNodes::add(const LayerPlan& plan, uint32_t layer, uint32_t& next_inode) {
  const bool has_hardlinks =
      std::any_of(plan.entries.begin(), plan.entries.end(),
                  [](const TarEntry& entry) { return entry.type == TarType::kHardlink; });
  for (const TarEntry& entry : plan.entries) {
    Node node = to_node(entry, layer);
    if (entry.type == TarType::kHardlink) {
      add_hardlink(entry, node);
      continue;
    }
    if (entry.type == TarType::kFile) {
      node.inode = next_inode++;
      if (has_hardlinks) files_.emplace(entry.path, nodes_.size());
    }
    nodes_.push_back(node);
  }
}

void LayerNodes::add_hardlink(const TarEntry& entry, Node node) {
  const auto target = files_.find(entry.content);
  if (target == files_.end()) {
    Finding finding = finding_about(
        entry, "hardlink",
        fmt::format("is a hardlink to '{}', which is not an earlier file of its layer",
                    entry.content));
    finding.help = "a hardlink cannot lead out of its layer; a symlink can";
    findings_.add(std::move(finding));
    return;
  }
  const Node& file = nodes_[target->second];
  node.content = file.content;
  node.is_inline = file.is_inline;
  node.stamp = file.stamp;
  node.inode = file.inode;
  node.mode = file.mode;
  nodes_.push_back(node);
}

// A mode that is left to the content, of which nothing may be known.
void settle_mode(Node& node, const FileProbe* probe) {
  if (node.mode != kModeByContent) return;
  const bool is_program =
      probe != nullptr && (probe->elf != nullptr || probe->text.starts_with("#!"));
  node.mode = is_program ? kProgramMode : kDataMode;
}

FileProbe probe_node(const Node& file, const ProbeMemo* memo) {
  if (file.is_inline) return probe_head(file.path, std::as_bytes(std::span(file.inline_bytes())));
  if (const FileProbe* known = memo == nullptr ? nullptr : memo->find(file)) return *known;
  const FileReader reader(file.source());
  FileProbe probe = probe_file(file.path, reader.fd(), file.source());
  if (file.stamp != nullptr) check_unchanged(file.source(), *file.stamp, reader.stamp());
  return probe;
}

// Looks into the files that may matter, which are few of many.
void probe_nodes(std::vector<Node>& nodes, std::string_view entry_point, ProbeMemo* memo,
                 Probes& probes) {
  std::vector<Node*> chosen;
  for (Node& node : nodes) {
    if (node.kind != NodeKind::kFile) continue;
    if (!node.content.empty() && (node.path == entry_point || may_matter(node.path))) {
      chosen.push_back(&node);
    } else {
      settle_mode(node, nullptr);
    }
  }
  std::vector<FileProbe> found(chosen.size());
  tbb::parallel_for(tbb::blocked_range<size_t>(0, chosen.size(), 64), [&](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i) {
      found[i] = probe_node(*chosen[i], memo);
      settle_mode(*chosen[i], &found[i]);
    }
  });
  if (memo != nullptr) memo->replace(chosen, found);
  for (size_t i = 0; i < chosen.size(); ++i) probes.put(*chosen[i], std::move(found[i]));
}

// Where the first of the files was declared.
std::string_view input_of(const std::vector<Node>& nodes) {
  const auto file = std::ranges::find(nodes, NodeKind::kFile, &Node::kind);
  return file == nodes.end() ? std::string_view() : file->origin.file();
}

}  // namespace

void add_plan(const ImagePlan& plan, uint32_t base_layers, std::string_view entry_point,
              ImageTree& tree, Probes& probes, Findings& findings, Store* store) {
  uint32_t inode = 1;
  for (const Node& node : tree.nodes()) inode = std::max(inode, node.inode + 1);
  uint32_t layer = base_layers;
  std::vector<Node> all;
  size_t count = 0;
  for (const LayerPlan& each : plan.layers) count += each.entries.size();
  all.reserve(count);
  for (const LayerPlan& each : plan.layers) {
    if (!tree.nodes().empty()) {
      for (const TarEntry& entry : each.entries) {
        check_replaced(tree, to_node(entry, layer), findings);
      }
    }
    LayerNodes(all, findings).add(each, layer++, inode);
  }
  std::optional<ProbeMemo> memo;
  if (store != nullptr) memo.emplace(*store, entry_point, input_of(all));
  probe_nodes(all, entry_point, memo ? &*memo : nullptr, probes);
  // As one layer: those of a plan have nothing but directories in common.
  tree.add_layer(std::move(all));
}

}  // namespace layer
