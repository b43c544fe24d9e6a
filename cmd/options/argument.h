// An argument of veneer, and where it was written if that is not the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"

namespace cmd {

struct Argument {
  std::string text;
  layer::Position origin = {};  // in a flag file or project file; no file: the command line
};

inline std::vector<Argument> to_arguments(const std::vector<std::string>& texts) {
  std::vector<Argument> arguments;
  arguments.reserve(texts.size());
  for (const std::string& text : texts) arguments.push_back({text});
  return arguments;
}

}  // namespace cmd
