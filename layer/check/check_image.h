// Runs every check on one image.
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
  const EntryWalk* input = nullptr;     // see Subject
  std::optional<uint32_t> base_layers;  // see Subject
};

// Adds the findings of every check. Uses `jobs` threads, at least 1; their number does not change
// the findings.
void check_image(const ImageUnderCheck& image, unsigned jobs, Findings& findings);

}  // namespace layer
