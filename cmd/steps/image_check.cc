// Probes the files while the tree is made, so that each layer is read once.
#include "cmd/steps/image_check.h"

#include <fmt/core.h>

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "layer/check/check_image.h"
#include "layer/model/string_arena.h"
#include "oci/check/replaced_in_base.h"
#include "oci/check/stated_table.h"
#include "oci/read/probe_image.h"
#include "oci/read/read_tree.h"

namespace cmd {
namespace {

// Who pulls a layer in part believes what is stated of its table of contents.
void check_tables(const oci::StoredImage& image, layer::Findings& findings) {
  for (const oci::ImageLayer& layer : image.layers) {
    const std::optional<std::string> fault = oci::stated_table_fault(layer);
    if (!fault) continue;
    layer::Finding finding;
    finding.check = "table-of-contents";
    finding.reason = fmt::format("layer {} {}", layer.descriptor.digest.to_string(), *fault);
    finding.origin = {layer.blob.name()};
    finding.help = "`veneer convert --compression` writes such a layer anew";
    findings.add(std::move(finding));
  }
}

}  // namespace

CheckReport check_stored_image(const oci::StoredImage& image, const oci::ReadContext& context,
                               unsigned jobs) {
  layer::StringArena arena;
  layer::Probes probes;
  const std::optional<uint32_t> below = oci::layers_below_ours(image);
  oci::ProbeVisitor visitor(below.value_or(0), probes);
  layer::Findings findings;
  oci::ReplacedInBase replaced(below.value_or(0), findings);
  const layer::ImageTree tree =
      oci::read_image_tree(image, context, arena, &visitor,
                           [&](const layer::ImageTree& lower, std::span<const layer::Node> nodes,
                               uint32_t layer) { replaced.take(lower, nodes, layer); });
  check_tables(image, findings);
  const layer::RunConfig run = oci::run_config(image.config);
  layer::check_image({tree, probes, run, nullptr, below}, jobs, findings);
  return {image.name, findings.take(), tree.nodes().size(), image.layers.size()};
}

}  // namespace cmd
