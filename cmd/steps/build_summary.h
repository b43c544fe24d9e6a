// What a build prints at its end.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

#include "cmd/options/image_options.h"
#include "cmd/steps/build_memo.h"
#include "oci/write/image.h"

namespace cmd {

struct FinishedBuild {
  BuildResult result;
  std::string base;  // as the user named it
  size_t base_layers = 0;
  oci::Image image;
};

// Prints the layers, the numbers and the outputs, and which command comes next.
void print_build_text(const ImageOptions& options, const FinishedBuild& built, double seconds,
                      std::FILE* out);
// Prints docs/build.schema.json.
void print_build_json(const ImageOptions& options, const FinishedBuild& built, double seconds,
                      std::FILE* out);

}  // namespace cmd
