// The options that say what an image is like and where it goes: shared by `build` and `image`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/base_options.h"
#include "oci/model/config_changes.h"
#include "oci/model/reference.h"

namespace cmd {

// As the user wrote them, each value checked by then; see the functions below.
struct ImageOptions {
  std::vector<std::string> outputs;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> env;
  std::vector<std::string> labels;
  std::vector<std::string> annotations;
  std::vector<std::string> ports;
  std::vector<std::string> volumes;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  std::optional<std::string> stop_signal;
  std::optional<std::string> created;
  std::optional<std::string> author;
};

// A value that is wrong makes CLI11's parse fail: wrong usage, exit code 2. `options` outlives
// `app`.
void add_image_options(CLI::App& app, ImageOptions& options);

// Without a --created, SOURCE_DATE_EPOCH says when the image was made; see source_date().
oci::ConfigChanges config_changes(const ImageOptions& options);
oci::StringMap manifest_annotations(const ImageOptions& options);
std::vector<oci::ImageReference> output_references(const ImageOptions& options);

}  // namespace cmd
