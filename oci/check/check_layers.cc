// Reads the base's tree only if some layer was not planned on this base.
#include "oci/check/check_layers.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/threads.h"
#include "layer/check/replaced.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "oci/check/prove_layer.h"
#include "oci/read/base_memo.h"
#include "oci/read/read_base.h"
#include "oci/read/read_tree.h"

namespace oci {
namespace {

// Whether the path itself, or a directory above it, is a link.
bool leads_through_link(std::string_view path, const layer::ImageTree& tree) {
  for (; !path.empty(); path = layer::parent_path(path)) {
    const layer::Node* node = tree.find(path);
    if (node != nullptr && node->kind == layer::NodeKind::kSymlink) return true;
  }
  return false;
}

class LayersCheck {
 public:
  LayersCheck(const StoredImage* base, std::span<const LayerBlob> layers, const LayerChecks& checks)
      : base_(base), layers_(layers), checks_(checks) {}

  void run();

 private:
  bool is_trusted(const LayerBlob& layer) const {
    return layer.is_described && checks_.trust == TrustLayers::kYes;
  }
  bool may_replace(const LayerBlob& layer) const;
  size_t count_to_compare() const;
  void compare(size_t count);
  void look_at(std::span<const layer::Node> nodes, const layer::ImageTree& base);
  void report(const std::vector<layer::Finding>& findings) const;
  std::vector<ImageLayer> unproven(size_t compared) const;

  const StoredImage* base_;
  std::span<const LayerBlob> layers_;
  const LayerChecks& checks_;
  layer::Findings findings_;
};

bool LayersCheck::may_replace(const LayerBlob& layer) const {
  return is_trusted(layer) ||
         (layer.layer.base && *layer.layer.base == chain_id(base_->config.diff_ids));
}

// From the lowest to the last that is to be compared: hardlinks may lead into those below.
size_t LayersCheck::count_to_compare() const {
  if (base_ == nullptr || checks_.replace == ReplaceInBase::kAllow) return 0;
  const auto last = std::find_if_not(layers_.rbegin(), layers_.rend(),
                                     [this](const LayerBlob& layer) { return may_replace(layer); });
  return static_cast<size_t>(layers_.rend() - last);
}

// An entry that a link of the base moves: some engines follow the link, others replace it.
void LayersCheck::look_at(std::span<const layer::Node> nodes, const layer::ImageTree& base) {
  for (const layer::Node& node : nodes) {
    layer::check_replaced(base, node, findings_);
    const std::string_view parent = layer::parent_path(node.named);
    if (!leads_through_link(parent, base)) continue;
    layer::Finding finding = layer::finding_at(node, "entry-behind-link");
    finding.cause = parent;
    finding.reason = fmt::format(
        "is named '{}' in its layer, behind a link: some engines unpack it here, others replace "
        "the link",
        node.named);
    findings_.add(std::move(finding));
  }
}

void LayersCheck::compare(size_t count) {
  layer::StringArena arena;
  const ReadBaseOptions reading{FindDuplicates::kNo, checks_.jobs, checks_.store, checks_.context};
  const layer::ImageTree base = read_base(*base_, {}, reading, arena).tree;
  std::vector<ImageLayer> onto;
  for (const LayerBlob& layer : layers_.first(count)) onto.push_back(stored_layer(layer));
  const auto first = static_cast<uint32_t>(base_->layers.size());
  read_layers_onto(
      base, onto, first, checks_.context, arena, nullptr,
      [&](const layer::ImageTree&, std::span<const layer::Node> nodes, uint32_t number) {
        if (!may_replace(layers_[number - first])) look_at(nodes, base);
      });
  report(findings_.take());
}

void LayersCheck::report(const std::vector<layer::Finding>& findings) const {
  layer::Diagnostics found;
  size_t count = 0;
  for (const layer::Finding& finding : findings) {
    layer::Diagnostic diagnostic = layer::to_diagnostic(finding);
    diagnostic.help.clear();  // of one that builds the layer
    found.error(std::move(diagnostic));
    count += finding.count;
  }
  try {
    found.throw_if_errors();
  } catch (const layer::Error& error) {
    std::vector<layer::Diagnostic> all = error.diagnostics();
    all.push_back(
        {{base_->name},
         fmt::format("{} of this base would be replaced or changed by layers that were "
                     "not made for it",
                     count == 1 ? "1 path" : fmt::format("{} paths", count)),
         {},
         "make the layers for this base (veneer layer --base, or `base` of veneer_layers), or let "
         "them replace its paths (--allow-replacing, or `allow_replacing`)"});
    throw layer::Error(std::move(all));
  }
}

// What is not proven by having been read.
std::vector<ImageLayer> LayersCheck::unproven(size_t compared) const {
  std::vector<ImageLayer> left;
  const bool is_base_known = base_ == nullptr || compared > 0 || checks_.trust == TrustLayers::kYes;
  if (!is_base_known) {
    layer::StringArena arena;
    const bool was_read =
        checks_.store != nullptr && recall_base(*base_, *checks_.store, arena).has_value();
    if (!was_read) left = base_->layers;
  }
  for (const LayerBlob& layer : layers_.subspan(compared)) {
    if (layer.is_described && !is_trusted(layer)) left.push_back(stored_layer(layer));
  }
  return left;
}

void LayersCheck::run() {
  const size_t compared = count_to_compare();
  if (compared > 0) compare(compared);
  prove_layers(unproven(compared), checks_.context.limits, checks_.store);
}

}  // namespace

void check_layers(const StoredImage* base, std::span<const LayerBlob> layers,
                  const LayerChecks& checks) {
  layer::Threads arena(checks.jobs);
  arena.execute([&] { LayersCheck(base, layers, checks).run(); });
}

}  // namespace oci
