// Computes limits, and puts them into words.
#include "layer/base/limits.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace layer {

uint64_t UnpackLimit::of(uint64_t stored) const {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  return std::max(floor, ratio != 0 && stored > kMost / ratio ? kMost : stored * ratio);
}

std::string limit_help(std::string_view option) {
  return fmt::format("if you trust where this comes from, raise the limit with {}", option);
}

std::string limit_text(uint64_t bytes) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  return bytes < kMiB ? fmt::format("{} bytes", bytes) : fmt::format("{} MiB", bytes / kMiB);
}

}  // namespace layer
