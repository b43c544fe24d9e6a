// Finds the files in a frame of a plan, for a layer's table of contents.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "layer/model/plan.h"
#include "layer/toc/tar_parts.h"
#include "layer/write/frames.h"

namespace layer {

// The parts of a frame whose tar bytes these are, with their digests. The header of a
// file with content is said to be where the content is.
std::vector<TarPart> frame_parts(const LayerPlan& plan, const Frame& frame,
                                 std::span<const std::byte> tar);

}  // namespace layer
