// All checks of one image.
#pragma once

#include <cstdint>
#include <optional>

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

struct ImageUnderCheck {
  const ImageTree& tree;
  const Probes& probes;
  const RunConfig& config;
  const InputAsImage* input = nullptr;  // see Subject
  std::optional<uint32_t> base_layers;  // see Subject
};

// Adds what every check finds. `jobs` threads, at least 1; what is found does not depend on it.
void check_image(const ImageUnderCheck& image, unsigned jobs, Findings& findings);

}  // namespace layer
