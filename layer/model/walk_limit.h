// How far links are followed in an image's tree, over all of its paths.
#pragma once

#include <cstdint>
#include <string_view>

namespace layer {

// A link may lead through deep folders again and again ("d/../d/.."), and each of many paths through
// such links, so what a walk costs is counted: for each component, the bytes of the path up to it
// and this many.
inline constexpr uint64_t kWalkStep = 256;

constexpr uint64_t walk_cost(std::string_view path_so_far) {
  return path_so_far.size() + kWalkStep;
}

// What all walks of a tree of so many nodes may cost. Checks walk each node's path a few times.
constexpr uint64_t walk_limit(uint64_t nodes) {
  return (uint64_t{1} << 30) + nodes * (uint64_t{4} << 10);
}

}  // namespace layer
