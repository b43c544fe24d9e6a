// Stats the paths that an input refers to, in parallel.
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

  // Why it cannot be read: "does not exist", "is neither a file nor a directory", "cannot be
  // reached: ..."; empty for a file or directory.
  std::string fault() const;
};

// Element i is what path i leads to once all links are followed. Fastest if paths of one directory
// are next to each other.
std::vector<Target> find_targets(std::span<const std::string_view> paths);

}  // namespace layer
