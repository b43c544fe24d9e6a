// The documents of an image, with one history entry for every layer.
#include "oci/image.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <system_error>

#include "oci/annotations.h"
#include "oci/manifest.h"

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
  if (layers == 0) throw layer::Error("an image needs at least one layer");
  if (layers > kMaxLayers) {
    throw layer::Error(
        fmt::format("the image has {} layers with its base's, more than {}", layers, kMaxLayers))
        .with_help("engines mount no more; use fewer layers");
  }
}

// In the config as well: a docker archive has no manifest, and other tools drop annotations.
std::string base_comment(std::string_view layers) {
  return fmt::format("{}={}", kBaseLayersAnnotation, layers);
}

// No value unless it is a number that the image's layers allow.
std::optional<uint32_t> layer_count(std::string_view text, const StoredImage& image) {
  uint32_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = fault == std::errc() && end == text.data() + text.size();
  if (!is_number || count > image.layers.size()) return std::nullopt;
  return count;
}

}  // namespace

NewLayer describe_layer(const layer::Layer& layer) {
  NewLayer result;
  result.descriptor.media_type = layer_media_type(layer.compression.codec);
  result.descriptor.digest = layer.digest;
  result.descriptor.size = layer.size;
  result.descriptor.annotations[std::string(kLayerNameAnnotation)] = layer.name;
  result.descriptor.annotations[std::string(kLayerRecipeAnnotation)] = layer.recipe;
  result.diff_id = layer.diff_id;
  result.created_by = "veneer: layer " + layer.name;
  return result;
}

std::optional<uint32_t> recorded_base_layers(const StoredImage& image) {
  const auto annotation = image.annotations.find(std::string(kBaseLayersAnnotation));
  if (annotation != image.annotations.end()) return layer_count(annotation->second, image);
  const std::string key = base_comment("");
  for (auto step = image.config.history.rbegin(); step != image.config.history.rend(); ++step) {
    if (!step->comment.starts_with(key)) continue;
    return layer_count(std::string_view(step->comment).substr(key.size()), image);
  }
  return std::nullopt;
}

Image assemble_image(const ImageRequest& request) {
  Manifest manifest;
  manifest.annotations = request.annotations;
  ImageConfig config = scratch_config(request.platform.value_or(kDefaultPlatform));
  if (request.base != nullptr) {
    config = request.base->config;
    repair_history(config);
    for (const StoredLayer& layer : request.base->layers) {
      manifest.layers.push_back(layer.descriptor);
    }
    if (request.base->manifest_digest) {
      manifest.annotations.emplace(kBaseDigestAnnotation,
                                   request.base->manifest_digest->to_string());
    }
    manifest.annotations[std::string(kBaseLayersAnnotation)] =
        std::to_string(request.base->layers.size());
    manifest.annotations[std::string(kBaseHistoryAnnotation)] =
        std::to_string(config.history.size());
  }
  const size_t base_steps = config.history.size();
  config = apply_changes(std::move(config), request.changes);
  for (const NewLayer& layer : request.layers) add_layer(layer, config, manifest);
  if (request.base != nullptr && !request.layers.empty()) {
    config.history[base_steps].comment = base_comment(std::to_string(request.base->layers.size()));
  }
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

}  // namespace oci
