// What is said of a --layer that takes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/base/error.h"
#include "layer/plan/layers.h"

namespace layer {

// A warning for each of the rules with these numbers, none of which took an entry: it names what
// comes nearest. Not an error: one list of layers often serves several programs.
void warn_of_unused_rules(const LayerRequest& request, const LayerOptions& options,
                          const std::vector<uint32_t>& unused, Diagnostics& found);

}  // namespace layer
