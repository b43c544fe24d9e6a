// An argument of veneer, and where it was written if that is not the command line.
#pragma once

#include <string>

#include "layer/base/error.h"

namespace cmd {

struct Argument {
  std::string text;
  layer::Position origin = {};  // in a flag file or project file; no file: the command line
};

}  // namespace cmd
