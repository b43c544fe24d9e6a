// The options for what an image is like and where it goes, for `build` and `image`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/base_options.h"
#include "cmd/options/stamp.h"
#include "layer/disk/result_file.h"
#include "oci/model/config_changes.h"
#include "oci/model/reference.h"
#include "oci/write/image.h"

namespace cmd {

// The texts that the user wrote, each checked when the command line was parsed. The functions below
// say what they mean.
struct ImageOptions {
  std::vector<std::string> outputs;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> env;
  std::vector<std::string> labels;
  std::vector<std::string> annotations;
  std::vector<std::string> env_files;  // of lines like `env`, and so on; checked when they are read
  std::vector<std::string> label_files;
  std::vector<std::string> annotation_files;
  std::vector<std::string> ports;
  std::vector<std::string> volumes;
  std::optional<std::string> user;
  std::optional<std::string> working_dir;
  std::optional<std::string> stop_signal;
  std::optional<std::string> created;
  std::optional<std::string> author;
  StampValues stamp;
};

// A wrong value makes CLI11's parse fail: wrong usage, exit code 2. `options` outlives `app`.
void add_image_options(CLI::App& app, ImageOptions& options);

// The file that gets the digest of the manifest or of the index: a line. `path` outlives `app`.
void add_digest_file_option(CLI::App& app, std::optional<std::string>& path);

// That file; none without a path.
std::vector<layer::ResultFile> digest_file(const std::optional<std::string>& path,
                                           const oci::Image& image);

// `link_blobs` outlives `app`.
void add_link_blobs_option(CLI::App& app, bool& link_blobs);

// Without --created, SOURCE_DATE_EPOCH says when the image was made: see source_date(). This function
// and the next one read files, and throw Error at the line that is wrong.
oci::ConfigChanges config_changes(const ImageOptions& options);
oci::StringMap manifest_annotations(const ImageOptions& options);
std::vector<oci::ImageReference> output_references(const ImageOptions& options);

}  // namespace cmd
