// Opens an image that is being built by its documents and by the blobs in its first place.
#include "cmd/steps/sbom_file.h"

#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

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

oci::StoredImage prepared_image(const oci::Image& image, const oci::Delivery& delivery) {
  oci::StoredImage stored;
  stored.name = "the image";
  stored.manifest_digest = image.manifest.digest;
  stored.config_bytes = image.config_bytes;
  const layer::Json config = layer::parse_json(image.config_bytes, stored.name);
  stored.config = oci::parse_config(oci::JsonField(config, stored.name));
  const layer::Json manifest = layer::parse_json(image.manifest_bytes, stored.name);
  if (const auto notes = oci::JsonField(manifest, stored.name).find("annotations")) {
    stored.annotations = notes->text_map();
  }
  for (size_t i = 0; i < image.layers.size(); ++i) {
    const oci::Descriptor& layer = image.layers[i];
    stored.layers.push_back({layer, stored.config.diff_ids.at(i), delivery.blob(layer.digest)});
  }
  return stored;
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

void add_sbom_files(const std::vector<std::string>& paths, const oci::Image& image,
                    const oci::Delivery& delivery, const oci::GatherOptions& reading,
                    std::vector<layer::ResultFile>& files) {
  if (paths.empty()) return;
  const std::array images{prepared_image(image, delivery)};
  auto layers = oci::gather_facts(images, reading);
  const oci::ImageFacts facts =
      oci::lay_facts(images.front(), std::move(layers.front()), reading.limits);
  for (const std::string& path : paths) {
    files.push_back(
        text_result(path, sbom_text({images.front(), facts}, need_format(path), false)));
  }
}

}  // namespace cmd
