// Probes the files while the tree is made, so that each layer is read once.
#include "cmd/steps/image_check.h"

#include <optional>
#include <span>

#include "layer/check/check_image.h"
#include "layer/model/string_arena.h"
#include "oci/check/replaced_in_base.h"
#include "oci/read/probe_image.h"
#include "oci/read/read_tree.h"

namespace cmd {

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
  const layer::RunConfig run = oci::run_config(image.config);
  layer::check_image({tree, probes, run, nullptr, below}, jobs, findings);
  return {image.name, findings.take(), tree.nodes().size(), image.layers.size()};
}

}  // namespace cmd
