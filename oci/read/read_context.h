// What images are read with.
#pragma once

#include <string>

#include "layer/base/limits.h"

namespace oci {

struct ReadContext {
  std::string scratch;  // folder for unpacked bytes, in files that have no name
  layer::Limits limits{};
};

}  // namespace oci
