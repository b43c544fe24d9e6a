// The options that name a base image, for every sub-command that makes or shows an image.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "layer/base/limits.h"
#include "oci/read/stored_image.h"

namespace cmd {

// The texts that the user wrote, each checked when the command line was parsed.
struct BaseOptions {
  std::string base;  // empty: none
  std::string platform;
  layer::Limits limits{};
};

inline constexpr const char* kBaseGroup = "Base and output";

// `options` outlives `app`.
void add_base_options(CLI::App& app, BaseOptions& options);

// The value of --platform; no value without the option.
std::optional<oci::Platform> wanted_platform(const BaseOptions& options);

// Opens the image to build on; no value without --base. A compressed archive is unpacked in the
// folder `scratch`, which needs room for an image. Throws layer::Error.
std::optional<oci::StoredImage> open_base(const BaseOptions& options, const std::string& scratch);

}  // namespace cmd
