// Keeps the base's tree when the first layer above it comes.
#include "oci/check/replaced_in_base.h"

#include "layer/check/replaced.h"

namespace oci {

void ReplacedInBase::take(const layer::ImageTree& below, std::span<const layer::Node> nodes,
                          uint32_t layer) {
  if (layer < base_layers_ || base_layers_ == 0) return;
  if (!base_) base_ = below;
  for (const layer::Node& node : nodes) layer::check_replaced(*base_, node, findings_);
}

}  // namespace oci
