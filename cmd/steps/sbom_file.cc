// Knows the formats by the names of files.
#include "cmd/steps/sbom_file.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "cmd/options/check_with.h"
#include "cmd/options/source_date.h"
#include "layer/base/json.h"

namespace cmd {
namespace {

oci::SbomFormat need_format(const std::string& path) {
  if (const std::optional<oci::SbomFormat> format = sbom_format_of(path)) return *format;
  throw layer::Error(fmt::format(
      "the name '{}' does not say which format: expected *.spdx.json or *.cdx.json", path));
}

}  // namespace

std::optional<oci::SbomFormat> sbom_format_of(const std::string& path) {
  if (path.ends_with(".spdx.json")) return oci::SbomFormat::kSpdx;
  if (path.ends_with(".cdx.json")) return oci::SbomFormat::kCycloneDx;
  return std::nullopt;
}

std::string sbom_text(const oci::ImageSubject& image, oci::SbomFormat format, bool lists_files) {
  return layer::dump_report(
      oci::make_sbom({image, format, oci::sbom_time(image.image.config, source_date().value_or("")),
                      VENEER_VERSION, lists_files}));
}

void add_sbom_option(CLI::App& app, std::vector<std::string>& paths) {
  app.add_option("--sbom", paths,
                 "Write a bill of materials beside the image: SPDX if FILE ends in .spdx.json, "
                 "CycloneDX if in .cdx.json; repeatable")
      ->type_name("FILE")
      ->check(check_with(need_format));
}

void add_sbom_files(const std::vector<std::string>& paths, const BuiltImage& built,
                    std::vector<layer::ResultFile>& files) {
  for (const std::string& path : paths) {
    files.push_back(
        text_result(path, sbom_text({built.image, built.facts}, need_format(path), false)));
  }
}

}  // namespace cmd
