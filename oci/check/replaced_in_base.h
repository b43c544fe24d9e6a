// Finds what the layers above a base replace of it, while they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "layer/check/finding.h"
#include "layer/model/image_tree.h"
#include "oci/read/read_tree.h"

namespace oci {

// Compares each layer above the first `base_layers` with the file system that these make. Adds to
// `findings`, which outlives this.
class ReplacedInBase {
 public:
  ReplacedInBase(uint32_t base_layers, layer::Findings& findings)
      : base_layers_(base_layers), findings_(findings) {}

  // A LayerTaker. Layers come in order, beginning with the base's or with the first above them.
  void take(const layer::ImageTree& below, std::span<const layer::Node> nodes, uint32_t layer);

 private:
  uint32_t base_layers_;
  layer::Findings& findings_;
  std::optional<layer::ImageTree> base_;
};

}  // namespace oci
