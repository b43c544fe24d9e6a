// The images that `inspect` and `diff` look at, and the options for how they are read.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cmd/options/store_options.h"
#include "layer/base/limits.h"
#include "oci/inspect/image_diff.h"

namespace cmd {

struct ReadingOptions {
  std::string platform;
  layer::Limits limits;
  unsigned jobs = 1;
  StoreOptions store;
};

void add_reading_options(CLI::App& command, ReadingOptions& options);

// An option for one image, by reference or by path.
void add_image_argument(CLI::App& command, const std::string& name, std::string& image);

// Images, and what is in each of them, in the order in which they were named.
class Subjects {
 public:
  // Reads the layers that the store does not know, and adds them to it. Throws layer::Error.
  Subjects(const std::vector<std::string>& images, const ReadingOptions& options);

  oci::ImageSubject at(size_t i) const { return {images_[i], facts_[i]}; }

 private:
  std::vector<oci::StoredImage> images_;
  std::vector<oci::ImageFacts> facts_;
};

}  // namespace cmd
