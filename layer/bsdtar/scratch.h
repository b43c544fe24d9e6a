// A directory for what has to be in files while an archive is made.
#pragma once

#include <cstdint>
#include <string>

#include "layer/disk/temporaries.h"

namespace layer {

// Removed with all that is in it.
class Scratch {
 public:
  // Made in `folder`, which exists. Throws Error.
  explicit Scratch(const std::string& folder);

  // A path that nothing is at yet.
  std::string next();

 private:
  TemporaryName directory_;
  uint64_t count_ = 0;
};

}  // namespace layer
