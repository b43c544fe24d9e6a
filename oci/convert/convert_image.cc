// Edits manifests and indexes as JSON, so that all else in them stays.
#include "oci/convert/convert_image.h"

#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "oci/model/annotations.h"
#include "oci/model/manifest.h"

namespace oci {
namespace {

// Of a manifest that says something about another one in the same index (BuildKit's attestations).
constexpr const char* kDescribedAnnotation = "vnd.docker.reference.digest";

// Annotations that are true of the very bytes of a blob: what lies where in it (eStargz,
// zstd:chunked), and which registries have it (containerd).
constexpr std::string_view kOfBytes[] = {
    "containerd.io/distribution.source.",
    "containerd.io/snapshot/stargz/",
    "io.containers.estargz.",
    "io.github.containers.zstd-chunked.",
};

bool is_of_bytes(std::string_view annotation) {
  for (const std::string_view prefix : kOfBytes) {
    if (annotation.starts_with(prefix)) return true;
  }
  return false;
}

bool is_docker_type(std::string_view media_type) {
  return media_type.starts_with("application/vnd.docker.");
}

// Docker's spelling; there is none for zstd that engines agree on.
std::string_view docker_layer_type(layer::Codec codec) {
  return codec == layer::Codec::kNone ? "application/vnd.docker.image.rootfs.diff.tar"
                                      : "application/vnd.docker.image.rootfs.diff.tar.gzip";
}

void point_to(const Descriptor& target, Json& descriptor) {
  descriptor["digest"] = target.digest.to_string();
  descriptor["size"] = target.size;
  descriptor.erase("data");
}

void describe_anew(const ConvertedLayer& layer, bool is_docker, Json& descriptor) {
  point_to(layer.descriptor, descriptor);
  descriptor.erase("urls");
  descriptor["mediaType"] = is_docker ? docker_layer_type(layer.anew->compression.codec)
                                      : std::string_view(layer.descriptor.media_type);
  Json kept = Json::object();
  if (descriptor.contains("annotations") && descriptor["annotations"].is_object()) {
    for (const auto& [key, value] : descriptor["annotations"].items()) {
      if (!is_of_bytes(key)) kept[key] = value;
    }
  }
  for (const auto& [key, value] : layer.descriptor.annotations) kept[key] = value;
  descriptor["annotations"] = std::move(kept);
}

// A table of contents is a part of a layer's tar, and the config states the diff ids of tars.
std::string convert_config(const StoredImage& image, std::span<const ConvertedLayer> layers) {
  bool is_new = false;
  Json diff_ids = Json::array();
  for (size_t i = 0; i < layers.size(); ++i) {
    const layer::DiffId& old = image.layers[i].diff_id;
    const layer::DiffId& now = layers[i].anew ? layers[i].anew->diff_id : old;
    is_new = is_new || now != old;
    diff_ids.push_back(now.digest.to_string());
  }
  if (!is_new) return image.config_bytes;
  Json json = Json::parse(image.config_bytes);
  json["rootfs"]["diff_ids"] = std::move(diff_ids);
  return dump_json(json);
}

// A blob of what is attached to an image. Null if the document leads to images alone.
const Descriptor* find_part(const ImageDocument& document) {
  if (!document.parts.empty()) return &document.parts.front().first;
  for (const ImageDocument& listed : document.listed) {
    if (const Descriptor* const part = find_part(listed)) return part;
  }
  return nullptr;
}

class Conversion {
 public:
  Conversion(const LayerConversion& conversion, DocumentForm form, Delivery& delivery)
      : conversion_(conversion), form_(form), delivery_(delivery) {}

  ConvertedImage run(const ImageDocument& document);

 private:
  using Layers = std::vector<ConvertedLayer>;

  void gather(const ImageDocument& document);
  void count(const StoredImage& image, const Layers& layers);
  // The document's new bytes, and its descriptor, which has the annotations of the old one.
  std::pair<Descriptor, std::string> convert(const ImageDocument& document);
  std::string convert_manifest(const StoredImage& image, const Layers& layers,
                               const std::string& config, std::string& media_type) const;
  std::string convert_index(const ImageDocument& index, std::string& media_type);
  std::string make_manifest(const std::string& config, const Layers& layers) const;

  const LayerConversion& conversion_;
  const DocumentForm form_;
  Delivery& delivery_;
  std::vector<const StoredImage*> images_;
  std::map<const StoredImage*, Layers> layers_;
  ConversionSummary summary_;
};

void Conversion::gather(const ImageDocument& document) {
  if (document.image) images_.push_back(&*document.image);
  for (const ImageDocument& listed : document.listed) gather(listed);
}

void Conversion::count(const StoredImage& image, const Layers& layers) {
  ++summary_.images;
  for (size_t i = 0; i < layers.size(); ++i) {
    ++(layers[i].anew ? summary_.anew : summary_.kept);
    summary_.size_before += image.layers[i].descriptor.size;
    summary_.size += layers[i].descriptor.size;
  }
}

// For an image that had none, because it was in a docker archive.
std::string Conversion::make_manifest(const std::string& config, const Layers& layers) const {
  Manifest manifest;
  manifest.config = describe_blob(kConfigType, config);
  for (const ConvertedLayer& layer : layers) {
    manifest.layers.push_back(layer.descriptor);
  }
  return dump_json(to_json(manifest));
}

std::string Conversion::convert_manifest(const StoredImage& image, const Layers& layers,
                                         const std::string& config, std::string& media_type) const {
  bool is_new = false;
  bool needs_oci = false;
  for (const ConvertedLayer& layer : layers) {
    if (!layer.anew) continue;
    is_new = true;
    const layer::Compression compression = layer.anew->compression;
    needs_oci = needs_oci || compression.codec == layer::Codec::kZstd || compression.has_toc();
  }
  const bool becomes_oci = is_docker_type(media_type) && (form_ == DocumentForm::kOci || needs_oci);
  if (!is_new && !becomes_oci) return image.manifest_bytes;
  Json json = Json::parse(image.manifest_bytes);
  const bool is_docker = is_docker_type(media_type) && !becomes_oci;
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].anew) describe_anew(layers[i], is_docker, json["layers"][i]);
    if (becomes_oci) json["layers"][i]["mediaType"] = layers[i].descriptor.media_type;
  }
  if (config != image.config_bytes) point_to(describe_blob(kConfigType, config), json["config"]);
  if (becomes_oci) {
    media_type = kManifestType;
    json["mediaType"] = kManifestType;
    json["config"]["mediaType"] = kConfigType;
  }
  return dump_json(json);
}

std::string Conversion::convert_index(const ImageDocument& index, std::string& media_type) {
  std::map<std::string, std::string> digests;  // of what is listed: old and new
  std::vector<Descriptor> listed;
  bool has_oci = form_ == DocumentForm::kOci;
  for (const ImageDocument& document : index.listed) {
    auto [descriptor, bytes] = convert(document);
    delivery_.add_document(descriptor, bytes);
    digests[document.descriptor.digest.to_string()] = descriptor.digest.to_string();
    has_oci = has_oci || descriptor.media_type != document.descriptor.media_type;
    listed.push_back(std::move(descriptor));
  }
  Json json = Json::parse(index.bytes);
  const Json before = json;
  for (size_t i = 0; i < listed.size(); ++i) {
    Json& entry = json["manifests"][i];
    if (listed[i].digest != index.listed[i].descriptor.digest) point_to(listed[i], entry);
    entry["mediaType"] = listed[i].media_type;
    const auto described = listed[i].annotations.find(kDescribedAnnotation);
    if (described == listed[i].annotations.end()) continue;
    const auto found = digests.find(described->second);
    if (found != digests.end()) entry["annotations"][kDescribedAnnotation] = found->second;
  }
  if (is_docker_type(media_type) && has_oci) {
    media_type = kIndexType;
    json["mediaType"] = kIndexType;
  }
  return json == before ? index.bytes : dump_json(json);
}

std::pair<Descriptor, std::string> Conversion::convert(const ImageDocument& document) {
  std::string media_type = document.descriptor.media_type;
  std::string bytes = document.bytes;
  if (document.image) {
    const StoredImage& image = *document.image;
    const Layers& layers = layers_.at(&image);
    const std::string config = convert_config(image, layers);
    if (image.manifest_bytes.empty()) {
      media_type = kManifestType;
      bytes = make_manifest(config, layers);
    } else {
      bytes = convert_manifest(image, layers, config, media_type);
    }
    delivery_.add_document(describe_blob(kConfigType, config), config);
  }
  if (!document.listed.empty()) bytes = convert_index(document, media_type);
  for (const auto& [part, blob] : document.parts) delivery_.add_layer(part, blob);
  Descriptor descriptor = describe_blob(media_type, bytes);
  descriptor.annotations = document.descriptor.annotations;
  descriptor.platform = document.descriptor.platform;
  descriptor.artifact_type = document.descriptor.artifact_type;
  return {std::move(descriptor), std::move(bytes)};
}

ConvertedImage Conversion::run(const ImageDocument& document) {
  gather(document);
  std::vector<Layers> converted = convert_layers(images_, conversion_, delivery_);
  for (size_t i = 0; i < images_.size(); ++i) {
    count(*images_[i], converted[i]);
    layers_[images_[i]] = std::move(converted[i]);
  }
  Image image;
  std::tie(image.manifest, image.manifest_bytes) = convert(document);
  // Whoever shows the image names it.
  image.manifest.annotations.erase(std::string(kRefNameAnnotation));
  image.manifest.annotations.erase(std::string(kContainerdNameAnnotation));
  if (images_.empty()) {  // only what is attached to one; a blob that is there stands for a config
    const Descriptor* const part = find_part(document);
    if (part == nullptr) throw std::logic_error("nothing to convert");
    image.config = *part;
    return {std::move(image), summary_};
  }
  const StoredImage& first = *images_.front();
  image.config_bytes = convert_config(first, layers_.at(&first));
  image.config = describe_blob(kConfigType, image.config_bytes);
  if (document.image) {
    image.manifest.platform = first.config.platform;
    for (const ConvertedLayer& layer : layers_.at(&first)) image.layers.push_back(layer.descriptor);
  }
  return {std::move(image), summary_};
}

}  // namespace

ConvertedImage convert_image(const ImageDocument& document, const LayerConversion& conversion,
                             DocumentForm form, Delivery& delivery) {
  return Conversion(conversion, form, delivery).run(document);
}

}  // namespace oci
