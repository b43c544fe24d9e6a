// Opens an image where it is stored: finds its config and its layers' blobs, and checks documents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/model/config.h"
#include "oci/model/descriptor.h"
#include "oci/model/reference.h"
#include "oci/read/blob.h"
#include "oci/read/source.h"

namespace oci {

// A layer of an image that exists.
struct ImageLayer {
  Descriptor descriptor;  // with OCI's media type, whatever the image spells it as
  layer::DiffId diff_id;
  Blob blob;  // as it is stored; copy_blob() verifies it against the descriptor
  std::string_view stated_by = "the config";  // who says what the diff id is, for messages
  bool has_digest = true;  // false: the descriptor's is not known, see DockerLayers::kUnread
};

// Throws Error unless a layer's first bytes are what its media type says: engines that go by the
// media type alone cannot unpack a layer that is something else. `stated_by` as in ImageLayer.
void check_codec(const Blob& blob, const Descriptor& descriptor, std::string_view stated_by);

// Throw Error unless the digest, or the diff id, is what the image states of the layer.
void check_digest(const ImageLayer& layer, const layer::Digest& found);
void check_diff_id(const ImageLayer& layer, const layer::DiffId& found);

// The blobs of layers, in their order.
std::vector<Blob> blobs_of(std::span<const ImageLayer> layers);

// An image that exists: a base, or what is verified or put into an index.
struct StoredImage {
  std::string name;  // for messages
  // As registries name it, "docker.io/library/python:3.12"; empty, if it is not known.
  std::string full_name;
  std::optional<layer::Digest> manifest_digest;  // none in a docker archive
  std::string manifest_type;                     // media type; likewise
  std::string manifest_bytes;                    // likewise
  StringMap annotations;                         // of the manifest; likewise
  std::string config_bytes;
  ImageConfig config;
  std::vector<ImageLayer> layers;  // base first, one for every diff id of the config
};

// Finds the one image that the reference names. `platform` chooses among several, and is compared
// with the config's; without it there must be only one. Documents are verified. Layers of the OCI
// transports are not read yet. Layers of a docker archive are, because it states no digests: their
// diff ids must be the config's. Throws Error.
StoredImage open_image(const ImageReference& reference, const std::optional<Platform>& platform,
                       const ReadContext& context);

// A docker archive states no digests of its layers. kUnread leaves them open, for a caller that reads
// the layers itself; kMeasured reads each layer for it, and compares its diff id.
enum class DockerLayers : uint8_t { kMeasured, kUnread };

// The descriptors that a layout's index.json has for the reference's name, one or more.
std::vector<Descriptor> find_named(const Source& source, const ImageReference& reference);
// Of what these lead to, the manifest that open_image() opens.
Descriptor choose_manifest(const Source& source, const std::vector<Descriptor>& named,
                           const ImageReference& reference,
                           const std::optional<Platform>& platform);
// Opens the image of a manifest.
StoredImage open_manifest(const Source& source, const std::string& name,
                          const Descriptor& manifest);

// The two kinds of source that open_image() knows.
StoredImage open_oci_image(const Source& source, const ImageReference& reference,
                           const std::optional<Platform>& platform);
StoredImage open_docker_image(const Source& source, const ImageReference& reference,
                              const std::optional<Platform>& platform, const layer::Limits& limits,
                              DockerLayers layers = DockerLayers::kMeasured);

// For both: throws Error unless the image is for the platform.
void check_platform(const StoredImage& image, const std::optional<Platform>& platform);

}  // namespace oci
