// The options that name a base image: shared by every sub-command that makes or shows an image.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "oci/read/stored_image.h"

namespace cmd {

// As the user wrote them, each value checked by then.
struct BaseOptions {
  std::string base;  // empty: none
  std::string platform;
};

inline constexpr const char* kBaseGroup = "Base and output";

void add_base_options(CLI::App& app, BaseOptions& options);

std::optional<oci::Platform> wanted_platform(const BaseOptions& options);

// The image to build on; a compressed archive is unpacked in `scratch`, which has room for an
// image. Throws layer::Error.
std::optional<oci::StoredImage> open_base(const BaseOptions& options, const std::string& scratch);

}  // namespace cmd
