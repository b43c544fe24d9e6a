// Makes the index's JSON, and adds the blobs below it.
#include "oci/write/image_index.h"

#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>

#include "oci/model/json.h"

namespace oci {
namespace {

// With the platform's own words: a variant that the config has is stated, one that it lacks is not.
Descriptor describe_manifest(const StoredImage& image) {
  if (image.manifest_bytes.empty()) {
    throw layer::Error({image.name}, "has no manifest that an index could list")
        .with_help("give it as oci:DIR or oci-archive:FILE");
  }
  Descriptor descriptor = describe_blob(image.manifest_type, image.manifest_bytes);
  descriptor.platform = image.config.platform;
  return descriptor;
}

}  // namespace

Image assemble_index(const std::vector<StoredImage>& images, const StringMap& annotations) {
  if (images.empty()) throw layer::Error("an index needs at least one image");
  std::map<std::string, const StoredImage*> platforms;
  Json manifests = Json::array();
  for (const StoredImage& image : images) {
    manifests.push_back(to_json(describe_manifest(image)));
    const std::string platform = canonical(image.config.platform).to_string();
    const auto [first, is_new] = platforms.emplace(platform, &image);
    if (is_new) continue;
    throw layer::Error({image.name}, fmt::format("a second image for {}", platform))
        .with_note({first->second->name}, "the first one");
  }
  Json document = {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", manifests}};
  if (!annotations.empty()) document["annotations"] = annotations;
  Image index;
  index.manifest_bytes = dump_json(document);
  index.manifest = describe_blob(kIndexType, index.manifest_bytes);
  index.config_bytes = images.front().config_bytes;
  index.config = describe_blob(kConfigType, index.config_bytes);
  return index;
}

void add_images(const std::vector<StoredImage>& images, Destination& destination) {
  for (const StoredImage& image : images) {
    for (const ImageLayer& layer : image.layers) destination.add(layer.descriptor, layer.blob);
    destination.add(describe_blob(kConfigType, image.config_bytes), image.config_bytes);
    destination.add(describe_manifest(image), image.manifest_bytes);
  }
}

}  // namespace oci
