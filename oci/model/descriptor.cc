// Knows the media types of OCI and Docker; parses digests and descriptors strictly.
#include "oci/model/descriptor.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>

#include "layer/base/ascii.h"
#include "layer/base/base64.h"

namespace oci {
namespace {

struct KnownType {
  std::string_view text;
  MediaKind kind;
};

constexpr KnownType kKnownTypes[] = {
    {kIndexType, MediaKind::kIndex},
    {kManifestType, MediaKind::kManifest},
    {kConfigType, MediaKind::kConfig},
    {kTarType, MediaKind::kTar},
    {kTarGzipType, MediaKind::kTarGzip},
    {kTarZstdType, MediaKind::kTarZstd},
    {"application/vnd.docker.distribution.manifest.list.v2+json", MediaKind::kIndex},
    {"application/vnd.docker.distribution.manifest.v2+json", MediaKind::kManifest},
    {"application/vnd.docker.container.image.v1+json", MediaKind::kConfig},
    {"application/vnd.docker.image.rootfs.diff.tar", MediaKind::kTar},
    {"application/vnd.docker.image.rootfs.diff.tar.gzip", MediaKind::kTarGzip},
    {"application/vnd.docker.image.rootfs.diff.tar.zstd", MediaKind::kTarZstd},
    {"application/vnd.docker.image.rootfs.foreign.diff.tar", MediaKind::kForeignLayer},
    {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", MediaKind::kForeignLayer},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar", MediaKind::kForeignLayer},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", MediaKind::kForeignLayer},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", MediaKind::kForeignLayer},
};

constexpr std::string_view kDigestPrefix = "sha256:";
constexpr std::string_view kReferrersPrefix = "sha256-";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// image-spec descriptor.md, "Embedded Content" and manifest.md, "Guidance for an Empty Descriptor".
void check_content(const JsonField& field, const Descriptor& descriptor) {
  if (descriptor.media_type == kEmptyType &&
      (descriptor.size != 2 || descriptor.digest != digest_of(kEmptyDocument))) {
    throw field.error(
        "has the media type of an empty descriptor, but its size and digest are not those of '{}'");
  }
  const std::optional<JsonField> data = field.find("data");
  if (!data) return;
  const std::optional<std::string> bytes = layer::bytes_of_base64(data->text());
  if (!bytes) throw data->error("is not base64");
  if (bytes->size() != descriptor.size || digest_of(*bytes) != descriptor.digest) {
    throw data->error("does not have the size and the digest that the descriptor states");
  }
}

// RFC 6838, section 4.2: restricted-name.
bool is_restricted_name(std::string_view text) {
  constexpr size_t kLongest = 127;
  static constexpr std::string_view kOthers = "!#$&-^_.+";
  if (text.empty() || text.size() > kLongest || !layer::is_alphanumeric(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return layer::is_alphanumeric(c) || kOthers.find(c) != kOthers.npos; });
}

Platform parse_platform_field(const JsonField& field) {
  Platform platform{field.at("os").text(), field.at("architecture").text(), {}};
  if (const auto variant = field.find("variant")) platform.variant = variant->text();
  return platform;
}

}  // namespace

MediaKind media_kind(std::string_view media_type) {
  for (const KnownType& known : kKnownTypes) {
    if (known.text == media_type) return known.kind;
  }
  return MediaKind::kOther;
}

bool is_layer(MediaKind kind) {
  return kind == MediaKind::kTar || kind == MediaKind::kTarGzip || kind == MediaKind::kTarZstd;
}

bool is_media_type(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != text.npos && is_restricted_name(text.substr(0, slash)) &&
         is_restricted_name(text.substr(slash + 1));
}

std::string_view layer_media_type(MediaKind kind) {
  if (kind == MediaKind::kTar) return kTarType;
  if (kind == MediaKind::kTarGzip) return kTarGzipType;
  if (kind == MediaKind::kTarZstd) return kTarZstdType;
  throw std::logic_error("not a layer's media type");
}

std::string_view layer_media_type(layer::Codec codec) {
  switch (codec) {
    case layer::Codec::kNone:
      return kTarType;
    case layer::Codec::kGzip:
      return kTarGzipType;
    case layer::Codec::kZstd:
      return kTarZstdType;
  }
  throw std::logic_error("no such codec");
}

std::optional<layer::Digest> parse_digest(std::string_view text) {
  layer::Digest digest;
  if (!text.starts_with(kDigestPrefix)) return std::nullopt;
  text.remove_prefix(kDigestPrefix.size());
  if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (size_t i = 0; i < digest.bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest.bytes[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return digest;
}

layer::Digest digest_field(const JsonField& field) {
  const std::optional<layer::Digest> digest = parse_digest(field.text());
  if (!digest) {
    throw field.error(
        fmt::format("'{}' is not a digest: expected 'sha256:' and 64 lower-case hexadecimal digits",
                    field.text()));
  }
  return *digest;
}

layer::Digest digest_of(std::string_view bytes) {
  return layer::sha256(std::as_bytes(std::span(bytes)));
}

std::string blob_path(const layer::Digest& digest) {
  return "blobs/sha256/" + digest.hex();
}

std::string referrers_tag(const layer::Digest& digest) {
  return std::string(kReferrersPrefix) + digest.hex();
}

std::optional<layer::Digest> parse_referrers_tag(std::string_view tag) {
  if (!tag.starts_with(kReferrersPrefix)) return std::nullopt;
  return parse_digest(std::string(kDigestPrefix).append(tag.substr(kReferrersPrefix.size())));
}

// An index may state the type of an image's config there: image-spec descriptor.md.
bool Descriptor::is_artifact() const {
  return !artifact_type.empty() && media_kind(artifact_type) != MediaKind::kConfig;
}

Descriptor describe_blob(std::string_view media_type, std::string_view bytes) {
  Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = digest_of(bytes);
  descriptor.size = bytes.size();
  return descriptor;
}

Descriptor parse_descriptor(const JsonField& field) {
  Descriptor descriptor;
  descriptor.media_type = field.at("mediaType").text();
  descriptor.digest = digest_field(field.at("digest"));
  descriptor.size = field.at("size").size();
  if (const auto annotations = field.find("annotations")) {
    descriptor.annotations = annotations->text_map();
  }
  if (const auto platform = field.find("platform")) {
    descriptor.platform = parse_platform_field(*platform);
  }
  if (const auto type = field.find("artifactType")) descriptor.artifact_type = type->text();
  check_content(field, descriptor);
  return descriptor;
}

Json to_json(const Descriptor& descriptor) {
  Json json = {{"mediaType", descriptor.media_type},
               {"digest", descriptor.digest.to_string()},
               {"size", descriptor.size}};
  if (!descriptor.annotations.empty()) json["annotations"] = descriptor.annotations;
  if (!descriptor.artifact_type.empty()) json["artifactType"] = descriptor.artifact_type;
  if (descriptor.platform) {
    json["platform"] = {{"os", descriptor.platform->os},
                        {"architecture", descriptor.platform->architecture}};
    if (!descriptor.platform->variant.empty()) {
      json["platform"]["variant"] = descriptor.platform->variant;
    }
  }
  return json;
}

}  // namespace oci
