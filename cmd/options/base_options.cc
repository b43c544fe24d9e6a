// Declares the options with their help, and opens the base.
#include "cmd/options/base_options.h"

#include <fmt/core.h>

#include <utility>

#include "cmd/options/check_with.h"
#include "cmd/options/limit_options.h"
#include "oci/model/known_platform.h"

namespace cmd {

void add_base_options(CLI::App& app, BaseOptions& options) {
  app.add_option("--base", options.base,
                 "Image to build on: oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
                 "docker-archive:FILE[:NAME:TAG] (default: none)")
      ->type_name("IMAGE")
      ->check(check_with(oci::parse_image_reference))
      ->group(kBaseGroup);
  app.add_option("--platform", options.platform,
                 "OS/ARCHITECTURE[/VARIANT]. With a base: which of its images to use (default: the "
                 "only one). Without a base: the platform of the image (default: linux/amd64)")
      ->type_name("PLATFORM")
      ->check(check_with(oci::parse_known_platform))
      ->group(kBaseGroup);
  add_limit_options(app, options.limits);
}

std::optional<oci::Platform> wanted_platform(const BaseOptions& options) {
  if (options.platform.empty()) return std::nullopt;
  return oci::parse_platform(options.platform);
}

std::optional<oci::StoredImage> open_base(const BaseOptions& options, const std::string& scratch) {
  if (options.base.empty()) return std::nullopt;
  try {
    return oci::open_image(oci::parse_image_reference(options.base), wanted_platform(options),
                           {scratch, options.limits});
  } catch (layer::Error& error) {
    throw std::move(error).with_note({}, fmt::format("this is the base, --base {}", options.base));
  }
}

}  // namespace cmd
