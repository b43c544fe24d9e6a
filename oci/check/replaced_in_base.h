// What the layers above a base replace of it, found while they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "layer/check/finding.h"
#include "layer/model/image_tree.h"
#include "oci/read/read_tree.h"

namespace oci {

// Compares each layer above the first `base_layers` with what these are. `findings` lives longer.
class ReplacedInBase {
 public:
  ReplacedInBase(uint32_t base_layers, layer::Findings& findings)
      : base_layers_(base_layers), findings_(findings) {}

  // As LayerTaker says; layers come in order, base first or the first above it.
  void take(const layer::ImageTree& below, std::span<const layer::Node> nodes, uint32_t layer);

 private:
  uint32_t base_layers_;
  layer::Findings& findings_;
  std::optional<layer::ImageTree> base_;
};

}  // namespace oci
