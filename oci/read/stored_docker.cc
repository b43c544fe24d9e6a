// Opens Docker archives by manifest.json, as `docker save` has written it since version 1.10.
#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "layer/base/nearest_names.h"
#include "oci/model/clean_path.h"
#include "oci/model/docker_name.h"
#include "oci/model/document_members.h"
#include "oci/model/manifest.h"
#include "oci/read/decompress.h"
#include "oci/read/stored_image.h"

namespace oci {
namespace {

// manifest.json is an array of these; paths are of members of the archive.
struct DockerEntry {
  std::string config;
  std::vector<std::string> layers;
  std::vector<std::string> repo_tags;
};

std::vector<DockerEntry> read_entries(const Source& source) {
  const std::optional<Blob> blob = source.find("manifest.json");
  if (!blob) {
    throw layer::Error({source.name_of("manifest.json")}, "there is no such file")
        .with_help(source.find("index.json")
                       ? "this is an OCI archive: say oci-archive:FILE"
                       : "expected a docker archive, as `docker save` writes it");
  }
  const Json document = parse_json(read_text(*blob), blob->name());
  std::vector<DockerEntry> entries;
  for (const JsonField& field : JsonField(document, blob->name()).items()) {
    check_members(field, DocumentKind::kDockerEntry);
    DockerEntry entry{field.at("Config").text(), {}, {}};
    if (const auto layers = field.find("Layers")) entry.layers = layers->texts();
    if (const auto tags = field.find("RepoTags")) entry.repo_tags = tags->texts();
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool has_name(const DockerEntry& entry, const DockerName& wanted) {
  for (const std::string& tag : entry.repo_tags) {
    if (find_docker_name(tag) == wanted) return true;
  }
  return false;
}

// The name that was asked for, else the first one; empty if it has none.
std::string recorded_tag(const DockerEntry& entry, const ImageReference& reference) {
  if (!reference.name.empty()) return parse_docker_name(reference.name).to_string();
  for (const std::string& tag : entry.repo_tags) {
    if (const auto name = find_docker_name(tag)) return name->to_string();
  }
  return {};
}

DockerEntry choose_entry(const std::vector<DockerEntry>& entries, const ImageReference& reference) {
  const std::string name = reference.to_string();
  std::vector<std::string> tags;
  for (const DockerEntry& entry : entries) {
    tags.insert(tags.end(), entry.repo_tags.begin(), entry.repo_tags.end());
  }
  const std::string help =
      tags.empty() ? "its images have no name"
                   : fmt::format("it holds {}", layer::short_list({tags.begin(), tags.end()}));
  if (reference.name.empty()) {
    if (entries.empty()) throw layer::Error({name}, "holds no image");
    if (entries.size() == 1) return entries.front();
    throw layer::Error({name}, "holds several images; add ':NAME:TAG' to say which")
        .with_help(help);
  }
  const DockerName wanted = parse_docker_name(reference.name);
  for (const DockerEntry& entry : entries) {
    if (has_name(entry, wanted)) return entry;
  }
  throw layer::Error({name}, "there is no such image").with_help(help);
}

Blob get_member(const Source& source, const std::string& path) {
  const std::optional<std::string> clean = clean_path(path);
  if (!clean) {
    throw layer::Error({source.name_of("manifest.json")},
                       fmt::format("'{}' is outside the archive", path));
  }
  return source.get(*clean);
}

// Docker names the config by its digest: "<hex>.json", or "blobs/sha256/<hex>" since 25.0.
void check_config_name(const std::string& path, const Blob& blob, const std::string& bytes) {
  std::string_view name = path;
  name = name.substr(name.rfind('/') == name.npos ? 0 : name.rfind('/') + 1);
  if (name.ends_with(".json")) name.remove_suffix(5);
  const std::optional<layer::Digest> stated = parse_digest(fmt::format("sha256:{}", name));
  if (stated && *stated != digest_of(bytes)) {
    throw layer::Error({blob.name()}, fmt::format("has digest {}, but its name says otherwise",
                                                  digest_of(bytes).to_string()));
  }
}

ImageLayer read_layer(const Blob& blob, const layer::DiffId& diff_id, UnpackBudget& budget) {
  const MeasuredLayer measured = measure_layer(blob, budget);
  if (measured.diff_id != diff_id) {
    throw layer::Error({blob.name()}, fmt::format("has diff id {}, but the config says {}",
                                                  measured.diff_id.digest.to_string(),
                                                  diff_id.digest.to_string()));
  }
  Descriptor descriptor;
  descriptor.media_type = layer_media_type(measured.codec);
  descriptor.digest = measured.digest;
  descriptor.size = measured.size;
  return {descriptor, diff_id, blob};
}

ImageLayer unread_layer(const Blob& blob, const layer::DiffId& diff_id) {
  Descriptor descriptor;
  descriptor.media_type = layer_media_type(sniff_codec(blob));
  descriptor.size = blob.size();
  ImageLayer layer{descriptor, diff_id, blob};
  layer.has_digest = false;
  return layer;
}

}  // namespace

StoredImage open_docker_image(const Source& source, const ImageReference& reference,
                              const std::optional<Platform>& platform, const layer::Limits& limits,
                              DockerLayers layers) {
  const DockerEntry entry = choose_entry(read_entries(source), reference);
  const Blob config_blob = get_member(source, entry.config);
  StoredImage image;
  image.name = reference.to_string();
  image.full_name = recorded_tag(entry, reference);
  image.config_bytes = read_text(config_blob);
  check_config_name(entry.config, config_blob, image.config_bytes);
  const Json config_json = parse_json(image.config_bytes, config_blob.name());
  image.config = parse_config(JsonField(config_json, config_blob.name()));
  check_platform(image, platform);
  const std::vector<layer::DiffId>& diff_ids = image.config.diff_ids;
  if (entry.layers.empty() || diff_ids.size() != entry.layers.size()) {
    throw layer::Error({config_blob.name()},
                       fmt::format("/rootfs/diff_ids: has {} diff ids, but manifest.json has {} "
                                   "layers",
                                   diff_ids.size(), entry.layers.size()));
  }
  if (diff_ids.size() > kMaxImageLayers) {
    throw layer::Error({config_blob.name()},
                       fmt::format("/rootfs/diff_ids: has more than {} layers", kMaxImageLayers));
  }
  std::vector<Blob> blobs;
  for (const std::string& path : entry.layers) blobs.push_back(get_member(source, path));
  UnpackBudget budget(limits.unpacked, blobs);
  for (size_t i = 0; i < diff_ids.size(); ++i) {
    image.layers.push_back(layers == DockerLayers::kUnread
                               ? unread_layer(blobs[i], diff_ids[i])
                               : read_layer(blobs[i], diff_ids[i], budget));
  }
  return image;
}

}  // namespace oci
