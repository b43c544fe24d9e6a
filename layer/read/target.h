// What the paths that an input refers to are on disk, asked in parallel.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/stamp.h"

namespace layer {

enum class TargetType : uint8_t { kFile, kDirectory, kOther, kUnreachable };

struct Target {
  TargetType type = TargetType::kUnreachable;
  int error = 0;  // kUnreachable: errno
  Stamp stamp{};  // kFile, kDirectory

  // Why no bytes can be read there: "does not exist", "is neither a file nor a directory", "cannot
  // be reached: ..."; empty when it is a file or a directory.
  std::string fault() const;
};

// Item i is what path i is once all links are followed. Cheapest where paths of one directory stand
// together.
std::vector<Target> find_targets(std::span<const std::string_view> paths);

}  // namespace layer
