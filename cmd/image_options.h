// The options that say what an image is like and where it goes: shared by `build` and `image`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "layer/error.h"
#include "oci/config_changes.h"
#include "oci/reference.h"
#include "oci/stored_image.h"

namespace cmd {

// CLI11 takes a check's complaint as text. An Error must not cross it.
template <typename Parse>
CLI::Validator check_with(Parse parse) {
  return {[parse](std::string& value) {
            try {
              parse(value);
            } catch (const layer::Error& error) {
              const layer::Diagnostic& fault = error.diagnostics().front();
              return fault.help.empty() ? fault.message : fault.message + "; " + fault.help;
            }
            return std::string();
          },
          std::string()};
}

// As the user wrote them, each value checked by then; see the functions below.
struct ImageOptions {
  std::string base;
  std::string platform;
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

oci::ConfigChanges config_changes(const ImageOptions& options);
oci::StringMap manifest_annotations(const ImageOptions& options);
std::optional<oci::Platform> wanted_platform(const ImageOptions& options);
std::vector<oci::ImageReference> output_references(const ImageOptions& options);

// The image to build on; a compressed archive is unpacked beside the first output, which has room
// for an image. Throws layer::Error.
std::optional<oci::StoredImage> open_base(const ImageOptions& options);

}  // namespace cmd
