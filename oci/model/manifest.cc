// Checks the shape of manifests and indexes, the two documents that point at others.
#include "oci/model/manifest.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "oci/model/document_members.h"

namespace oci {
namespace {

void check_document(const JsonField& document, std::string_view media_type, MediaKind kind,
                    std::initializer_list<std::string_view> foreign) {
  check_members(document,
                kind == MediaKind::kIndex ? DocumentKind::kIndex : DocumentKind::kManifest);
  const uint64_t version = document.at("schemaVersion").size();
  if (version != 2) {
    throw document.at("schemaVersion")
        .error(fmt::format("expected 2, found {}", version))
        .with_help("an image of schema version 1 can be converted with skopeo copy");
  }
  for (const std::string_view member : foreign) {
    if (document.value().contains(member)) {
      throw document.error(fmt::format("has '{}', which makes it ambiguous", member));
    }
  }
  const std::optional<JsonField> stated = document.find("mediaType");
  if (!stated) return;
  if (media_kind(stated->text()) != kind) {
    throw stated->error(fmt::format("'{}' is not the media type of {}", stated->text(),
                                    kind == MediaKind::kIndex ? "an index" : "a manifest"));
  }
  if (!media_type.empty() && stated->text() != media_type) {
    throw stated->error(
        fmt::format("'{}' differs from its descriptor's '{}'", stated->text(), media_type));
  }
}

// What a layer of a kind that veneer does not read is, and what to do.
layer::Error refused_layer(const JsonField& media_type) {
  const std::string& type = media_type.text();
  const auto error = [&](std::string_view what) {
    return media_type.error(fmt::format("'{}' {}", type, what));
  };
  if (media_kind(type) == MediaKind::kForeignLayer) {
    return error("is the media type of a layer that may not be distributed")
        .with_help(
            "such layers are only where their `urls` say: an image without them is needed, perhaps "
            "for another --platform");
  }
  if (type.ends_with("+encrypted")) {
    return error("is the media type of an encrypted layer")
        .with_help("decrypt the image first, as `skopeo copy --decryption-key` does");
  }
  return error("is not a known media type of a layer")
      .with_help("layers are tars: plain, or compressed with gzip or zstd");
}

Descriptor parse_layer(const JsonField& field) {
  Descriptor layer = parse_descriptor(field);
  if (!is_layer(layer.kind())) throw refused_layer(field.at("mediaType"));
  return layer;
}

}  // namespace

Manifest parse_manifest(const JsonField& document, std::string_view media_type) {
  check_document(document, media_type, MediaKind::kManifest, {"manifests", "fsLayers"});
  Manifest manifest;
  const JsonField config = document.at("config");
  manifest.config = parse_descriptor(config);
  if (manifest.config.kind() != MediaKind::kConfig) {
    throw config.at("mediaType")
        .error(fmt::format("'{}' is not the media type of an image config",
                           manifest.config.media_type));
  }
  const JsonField layers = document.at("layers");
  for (const JsonField& layer : layers.items()) {
    if (manifest.layers.size() == kMaxImageLayers) {
      throw layers.error(fmt::format("has more than {} layers", kMaxImageLayers));
    }
    manifest.layers.push_back(parse_layer(layer));
  }
  if (manifest.layers.empty()) throw document.at("layers").error("has no layer");
  if (const auto annotations = document.find("annotations")) {
    manifest.annotations = annotations->text_map();
  }
  return manifest;
}

std::vector<JsonField> index_entries(const JsonField& document, std::string_view media_type) {
  check_document(document, media_type, MediaKind::kIndex, {"layers", "config", "fsLayers"});
  return document.at("manifests").items();
}

Json to_json(const Manifest& manifest) {
  Json json = {{"schemaVersion", 2},
               {"mediaType", kManifestType},
               {"config", to_json(manifest.config)},
               {"layers", Json::array()}};
  for (const Descriptor& layer : manifest.layers) json["layers"].push_back(to_json(layer));
  if (!manifest.annotations.empty()) json["annotations"] = manifest.annotations;
  return json;
}

}  // namespace oci
