// The program that an image starts: its entry point and working directory.
#pragma once

#include <string>

namespace layer {

struct Program {
  std::string entry_point;        // absolute path in the image: "/app/NAME"
  std::string working_directory;  // absolute: "/app/NAME.runfiles/_main"

  bool operator==(const Program&) const = default;
};

}  // namespace layer
