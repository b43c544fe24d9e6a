// Makes the documents of an image, with one history entry for every layer.
#include "oci/write/image.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "oci/model/annotations.h"
#include "oci/read/recorded_base.h"

namespace oci {
namespace {

const Platform kDefaultPlatform{"linux", "amd64", {}};

void add_layer(const NewLayer& layer, ImageConfig& config, Manifest& manifest) {
  History step;
  step.created = config.created;
  step.created_by = layer.created_by;
  step.comment = layer.comment;
  config.history.push_back(std::move(step));
  config.diff_ids.push_back(layer.diff_id);
  manifest.layers.push_back(layer.descriptor);
}

void check_count(size_t layers) {
  if (layers == 0) {
    throw layer::Error("an image needs at least one layer")
        .with_help("name a base, or something to put into a layer");
  }
  if (layers > kMaxLayers) {
    throw layer::Error(
        fmt::format("the image has {} layers, including those of its base: expected at most {}",
                    layers, kMaxLayers))
        .with_help("use fewer layers: engines cannot mount more");
  }
}

}  // namespace

StringMap annotations_of_bytes(const layer::WrittenLayer& layer) {
  StringMap annotations;
  annotations[std::string(kLayerRecipeAnnotation)] = layer.recipe;
  if (layer.places) {
    annotations[std::string(kChunkedDigestAnnotation)] = layer.toc_digest->to_string();
    annotations[std::string(kChunkedTocAnnotation)] = layer.places->toc_position();
    annotations[std::string(kChunkedSplitAnnotation)] = layer.places->split_position();
  } else if (layer.toc_digest) {
    annotations[std::string(kTocDigestAnnotation)] = layer.toc_digest->to_string();
    annotations[std::string(kPlainSizeAnnotation)] = std::to_string(layer.tar_size);
  }
  return annotations;
}

NewLayer describe_layer(const layer::WrittenLayer& layer) {
  NewLayer result;
  result.descriptor.media_type = layer_media_type(layer.compression.codec);
  result.descriptor.digest = layer.digest;
  result.descriptor.size = layer.size;
  result.descriptor.annotations = annotations_of_bytes(layer);
  result.descriptor.annotations[std::string(kLayerNameAnnotation)] = layer.name;
  result.diff_id = layer.diff_id;
  result.created_by = "veneer: layer " + layer.name;
  return result;
}

void record_base(const StoredImage& base, size_t steps, Manifest& manifest) {
  StringMap& annotations = manifest.annotations;
  if (base.manifest_digest) {
    annotations.emplace(kBaseDigestAnnotation, base.manifest_digest->to_string());
  }
  if (!base.full_name.empty()) annotations.emplace(kBaseNameAnnotation, base.full_name);
  annotations[std::string(kBaseLayersAnnotation)] = std::to_string(base.layers.size());
  annotations[std::string(kBaseHistoryAnnotation)] = std::to_string(steps);
}

Image finish_image(const ImageConfig& config, Manifest manifest) {
  check_count(manifest.layers.size());
  Image image;
  image.config_bytes = dump_json(to_json(config));
  image.config = describe_blob(kConfigType, image.config_bytes);
  manifest.config = image.config;
  image.layers = manifest.layers;
  image.manifest_bytes = dump_json(to_json(manifest));
  image.manifest = describe_blob(kManifestType, image.manifest_bytes);
  image.manifest.platform = config.platform;
  return image;
}

Image assemble_image(const ImageRequest& request) {
  Manifest manifest;
  manifest.annotations = request.annotations;
  ImageConfig config = scratch_config(request.platform.value_or(kDefaultPlatform));
  if (request.base != nullptr) {
    config = request.base->config;
    repair_history(config);
    for (const ImageLayer& layer : request.base->layers) {
      manifest.layers.push_back(layer.descriptor);
    }
    record_base(*request.base, config.history.size(), manifest);
  }
  const size_t base_steps = config.history.size();
  config = apply_changes(std::move(config), request.changes);
  for (const NewLayer& layer : request.layers) add_layer(layer, config, manifest);
  if (request.base != nullptr && !request.layers.empty()) {
    config.history[base_steps].comment = record_of_base_layers(request.base->layers.size());
  }
  return finish_image(config, std::move(manifest));
}

}  // namespace oci
