// Descriptors: what one document says about another blob. Also media types, digests, blob paths.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "layer/base/digest.h"
#include "layer/write/layer_writer.h"
#include "oci/model/json.h"
#include "oci/model/platform.h"

namespace oci {

// The types that veneer writes: image-spec media-types.md.
inline constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kTarType = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kTarGzipType = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kTarZstdType = "application/vnd.oci.image.layer.v1.tar+zstd";

// The config of a manifest that has none: image-spec manifest.md, "Guidance for an Empty
// Descriptor".
inline constexpr std::string_view kEmptyType = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view kEmptyDocument = "{}";

// Whether the text has the form of a media type: RFC 6838, section 4.2.
bool is_media_type(std::string_view text);

// What a media type stands for, spelt as OCI or as Docker (image manifest version 2, schema 2) does.
enum class MediaKind {
  kIndex,
  kManifest,
  kConfig,
  kTar,
  kTarGzip,
  kTarZstd,
  kForeignLayer,  // a layer that may not be distributed, so its blob may be nowhere
  kOther,
};
MediaKind media_kind(std::string_view media_type);
bool is_layer(MediaKind kind);

// OCI's spelling of a type that is_layer().
std::string_view layer_media_type(MediaKind kind);
std::string_view layer_media_type(layer::Codec codec);

// Takes "sha256:" and 64 lower-case hex digits and nothing else: the text may become a path.
std::optional<layer::Digest> parse_digest(std::string_view text);
// The digest that a field states. Throws Error when it is malformed or of another algorithm.
layer::Digest digest_field(const JsonField& field);

layer::Digest digest_of(std::string_view bytes);

// "blobs/sha256/<hex>": image-spec image-layout.md.
std::string blob_path(const layer::Digest& digest);

// "sha256-<hex>": the tag of the index that lists what is attached to a manifest or to an index.
// distribution-spec, "Referrers Tag Schema".
std::string referrers_tag(const layer::Digest& digest);
// Whose tag it is; no value for any other tag.
std::optional<layer::Digest> parse_referrers_tag(std::string_view tag);

// image-spec descriptor.md.
struct Descriptor {
  std::string media_type;
  layer::Digest digest;
  uint64_t size = 0;
  StringMap annotations;
  std::optional<Platform> platform;
  std::string artifact_type{};  // of a manifest that an index lists; empty: not stated

  MediaKind kind() const { return media_kind(media_type); }
  // Whether it says that the manifest is of something else than an image.
  bool is_artifact() const;
};

// The descriptor of a blob with these bytes.
Descriptor describe_blob(std::string_view media_type, std::string_view bytes);

// Embedded `data` is compared with the descriptor's size and digest, and dropped. Throws Error.
Descriptor parse_descriptor(const JsonField& field);
Json to_json(const Descriptor& descriptor);

}  // namespace oci
