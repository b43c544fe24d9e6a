// Warns of --layer rules that match nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/base/error.h"
#include "layer/plan/layers.h"

namespace layer {

// Adds a warning for each rule in `unused` (indices of rules that matched no entry), with the names
// that come nearest. It is not an error, because one list of layers often serves several programs.
void warn_of_unused_rules(const LayerRequest& request, const LayerOptions& options,
                          const std::vector<uint32_t>& unused, Diagnostics& found);

}  // namespace layer
