// Assembles an image: base + layers + changes -> the bytes of config and manifest. Reads no file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layer/model/program.h"
#include "layer/write/layer_writer.h"
#include "oci/model/config_changes.h"
#include "oci/model/descriptor.h"
#include "oci/model/manifest.h"
#include "oci/read/stored_image.h"

namespace oci {

// The most layers that engines mount: Docker's overlay2 driver takes 128, one of them its own.
inline constexpr size_t kMaxLayers = 127;

// A layer to put on top of the base.
struct NewLayer {
  Descriptor descriptor;
  layer::DiffId diff_id;
  std::string created_by;                 // for the history
  std::string comment;                    // may be empty
  std::optional<layer::Program> program;  // whose files it has; a suggestion to images
  std::optional<layer::Digest> base;      // chain id of the image that it was planned on
};

// Describes a layer that veneer wrote: the codec as media type; name, recipe and what the format has
// as annotations.
NewLayer describe_layer(const layer::WrittenLayer& layer);
// The annotations that are true of these very bytes: the recipe, and those of the format.
StringMap annotations_of_bytes(const layer::WrittenLayer& layer);

// What an image is made of. What it points to outlives it.
struct ImageRequest {
  const StoredImage* base = nullptr;  // null: from scratch
  std::span<const NewLayer> layers;
  ConfigChanges changes;
  StringMap annotations;             // of the manifest
  std::optional<Platform> platform;  // without a base: what the image is for; default linux/amd64
};

// An image whose documents are final. Its layers are the base's, then the new ones.
struct Image {
  std::string config_bytes;
  std::string manifest_bytes;
  Descriptor config;
  Descriptor manifest;  // with its platform; not yet with a name
  std::vector<Descriptor> layers;
};

// Throws Error when there is no layer at all or there are more than kMaxLayers.
Image assemble_image(const ImageRequest& request);

// What assemble_image() consists of. The first states in the manifest what the image is built on:
// the base's digest and name, unless there are such annotations, and how many of its layers and of
// its `steps` of history there are.
void record_base(const StoredImage& base, size_t steps, Manifest& manifest);
Image finish_image(const ImageConfig& config, Manifest manifest);

}  // namespace oci
