// Opens it by its documents and by the blobs in its first place.
#include "cmd/steps/built_image.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "layer/base/json.h"

namespace cmd {
namespace {

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

BuiltImage look_into(const oci::Image& image, const oci::Delivery& delivery,
                     const oci::GatherOptions& reading) {
  std::array images{prepared_image(image, delivery)};
  auto layers = oci::gather_facts(images, reading);
  oci::ImageFacts facts = oci::lay_facts(images.front(), std::move(layers.front()), reading.limits);
  return {std::move(images.front()), std::move(facts)};
}

}  // namespace cmd
