// Opens OCI layouts: goes from index.json to the one manifest that is meant.
#include "oci/read/stored_image.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "layer/base/nearest_names.h"
#include "oci/model/annotations.h"
#include "oci/model/docker_name.h"
#include "oci/model/document_members.h"
#include "oci/model/manifest.h"
#include "oci/read/decompress.h"

namespace oci {
namespace {

constexpr size_t kMaxIndexDepth = 8;
// Of all indexes that an image is looked for in: docs/limits.md.
constexpr size_t kMaxIndexes = 1000;
constexpr uint64_t kMaxBytesOfIndexes = uint64_t{64} << 20;

// A manifest that an index leads to.
struct Candidate {
  Descriptor descriptor;
  std::optional<Platform> platform;  // as some index on the way states it
};

std::string tag_of(const JsonField& entry) {
  const std::optional<JsonField> annotations = entry.find("annotations");
  if (!annotations) return {};
  const std::optional<JsonField> tag = annotations->find(kRefNameAnnotation);
  return tag ? tag->text() : std::string();
}

// image-spec image-layout.md, "oci-layout file".
void check_layout(const Source& source) {
  const Blob blob = source.get("oci-layout");
  const Json json = parse_json(read_text(blob), blob.name());
  const JsonField document(json, blob.name());
  check_members(document, DocumentKind::kLayout);
  const JsonField version = document.at("imageLayoutVersion");
  if (version.text() != "1.0.0") {
    throw version.error(fmt::format("expected '1.0.0', found '{}'", version.text()));
  }
}

// Whether the entry is not an image of the layout, but attached to one, or a list of what is.
bool is_attached(const JsonField& entry) {
  const std::optional<JsonField> type = entry.find("artifactType");
  return parse_referrers_tag(tag_of(entry)) ||
         (type && !type->text().empty() && media_kind(type->text()) != MediaKind::kConfig);
}

// The entries of index.json that carry the tag, or all images when the reference has none.
std::vector<Descriptor> named_manifests(const std::vector<JsonField>& entries,
                                        const ImageReference& reference) {
  std::vector<Descriptor> named;
  std::set<std::string> tags;
  for (const JsonField& entry : entries) {
    const std::string tag = tag_of(entry);
    const bool is_named = !reference.name.empty() && tag == reference.name;
    if (!is_named && is_attached(entry)) continue;
    tags.insert(tag);
    if (reference.name.empty() || tag == reference.name) {
      named.push_back(parse_descriptor(entry));
    }
  }
  const std::string help =
      fmt::format("it holds {}", layer::short_list({tags.begin(), tags.end()}));
  if (named.empty()) {
    throw layer::Error({reference.to_string()}, "there is no such image")
        .with_help(tags.empty() ? "it holds no image" : help);
  }
  if (reference.name.empty() && tags.size() > 1) {
    throw layer::Error({reference.to_string()}, "holds several images; add ':TAG' to say which")
        .with_help(help);
  }
  return named;
}

// Finds the manifests that descriptors lead to.
class Collector {
 public:
  explicit Collector(const Source& source) : source_(source) {}

  // Depth first, in order, so that the first of several equal ones is found first.
  void collect(const Descriptor& descriptor, const std::optional<Platform>& stated = {},
               size_t depth = 0) {
    const std::optional<Platform> platform = descriptor.platform ? descriptor.platform : stated;
    if (descriptor.kind() == MediaKind::kManifest) found_.push_back({descriptor, platform});
    if (descriptor.kind() != MediaKind::kIndex) return;
    const Blob blob = source_.get(descriptor.digest);
    if (depth == kMaxIndexDepth) {
      throw layer::Error({blob.name()},
                         fmt::format("is nested more than {} levels deep", kMaxIndexDepth));
    }
    bytes_ += blob.size();
    if (++indexes_ > kMaxIndexes || bytes_ > kMaxBytesOfIndexes) {
      throw layer::Error({blob.name()},
                         fmt::format("is one of more than {} indexes, or {} MiB of them, that the "
                                     "image's index leads to",
                                     kMaxIndexes, kMaxBytesOfIndexes >> 20));
    }
    const Json document = parse_json(read_text(blob, descriptor), blob.name());
    const JsonField index(document, blob.name());
    for (const JsonField& entry : index_entries(index, descriptor.media_type)) {
      collect(parse_descriptor(entry), platform, depth + 1);
    }
  }

  std::vector<Candidate> take() { return std::move(found_); }

 private:
  const Source& source_;
  std::vector<Candidate> found_;
  size_t indexes_ = 0;
  uint64_t bytes_ = 0;
};

// BuildKit lists attestations as manifests for no platform.
bool is_runnable(const Candidate& candidate) {
  return !candidate.platform || candidate.platform->os != "unknown";
}

std::string list_platforms(const std::vector<Candidate>& candidates) {
  std::vector<std::string> names;
  names.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    names.push_back(candidate.platform ? canonical(*candidate.platform).to_string() : "unstated");
  }
  return fmt::format("it holds {}", layer::short_list({names.begin(), names.end()}));
}

Descriptor choose(std::vector<Candidate> candidates, const ImageReference& reference,
                  const std::optional<Platform>& platform) {
  std::erase_if(candidates, [](const Candidate& one) { return !is_runnable(one); });
  if (candidates.size() > 1) {
    std::erase_if(candidates, [](const Candidate& one) { return one.descriptor.is_artifact(); });
  }
  const std::string name = reference.to_string();
  if (candidates.empty()) throw layer::Error({name}, "holds no image manifest");
  if (candidates.size() == 1) return candidates.front().descriptor;
  if (!platform) {
    throw layer::Error({name}, "holds images for several platforms; --platform says which")
        .with_help(list_platforms(candidates));
  }
  // image-spec image-index.md: "If multiple manifests match, the first SHOULD be used."
  const Candidate* best = nullptr;
  int best_fitness = -1;
  for (const Candidate& candidate : candidates) {
    if (!candidate.platform) continue;
    const std::optional<int> found = fitness(*platform, *candidate.platform);
    if (found && *found > best_fitness) {
      best = &candidate;
      best_fitness = *found;
    }
  }
  if (best == nullptr) {
    throw layer::Error({name}, fmt::format("holds no image for {}", platform->to_string()))
        .with_help(list_platforms(candidates));
  }
  return best->descriptor;
}

void add_layers(const Source& source, const Manifest& manifest, const std::string& config_name,
                StoredImage& image) {
  const size_t diff_ids = image.config.diff_ids.size();
  if (diff_ids != manifest.layers.size()) {
    throw layer::Error({config_name}, fmt::format("/rootfs/diff_ids: has {} diff ids, but the "
                                                  "manifest has {} layers",
                                                  diff_ids, manifest.layers.size()));
  }
  for (size_t i = 0; i < diff_ids; ++i) {
    Descriptor descriptor = manifest.layers[i];
    const Blob blob = source.get(descriptor.digest);
    check_codec(blob, descriptor, "the manifest");
    descriptor.media_type = layer_media_type(descriptor.kind());
    image.layers.push_back({descriptor, image.config.diff_ids[i], blob});
  }
}

// As whoever wrote the layout named it, in full or by a tag that names a repository.
std::string full_name_of(const Descriptor& entry) {
  const auto full = entry.annotations.find(std::string(kContainerdNameAnnotation));
  if (full != entry.annotations.end()) {
    const auto name = find_docker_name(full->second);
    if (name) return name->to_string();
  }
  const auto tag = entry.annotations.find(std::string(kRefNameAnnotation));
  if (tag == entry.annotations.end()) return {};
  return written_name({Transport::kOci, {}, tag->second}).full_name;
}

}  // namespace

void check_codec(const Blob& blob, const Descriptor& descriptor, std::string_view stated_by) {
  const std::string_view found = layer_media_type(sniff_codec(blob));
  const std::string_view stated = layer_media_type(descriptor.kind());
  if (found == stated) return;
  throw layer::Error({blob.name()},
                     fmt::format("is not what its media type says: it is {}, and {} says {}", found,
                                 stated_by, descriptor.media_type));
}

void check_digest(const ImageLayer& layer, const layer::Digest& found) {
  if (!layer.has_digest || found == layer.descriptor.digest) return;
  throw layer::Error({layer.blob.name()},
                     fmt::format("has digest {}, but its descriptor says {}", found.to_string(),
                                 layer.descriptor.digest.to_string()));
}

void check_diff_id(const ImageLayer& layer, const layer::DiffId& found) {
  if (found == layer.diff_id) return;
  throw layer::Error({layer.blob.name()},
                     fmt::format("has diff id {}, but {} says {}", found.digest.to_string(),
                                 layer.stated_by, layer.diff_id.digest.to_string()));
}

std::vector<Blob> blobs_of(std::span<const ImageLayer> layers) {
  std::vector<Blob> blobs;
  blobs.reserve(layers.size());
  for (const ImageLayer& layer : layers) blobs.push_back(layer.blob);
  return blobs;
}

void check_platform(const StoredImage& image, const std::optional<Platform>& platform) {
  if (!platform || fitness(*platform, image.config.platform)) return;
  throw layer::Error({image.name},
                     fmt::format("is for {}, not for {}", image.config.platform.to_string(),
                                 platform->to_string()));
}

std::vector<Descriptor> find_named(const Source& source, const ImageReference& reference) {
  check_layout(source);
  const Blob index_blob = source.get("index.json");
  const Json index_json = parse_json(read_text(index_blob), index_blob.name());
  const JsonField index(index_json, index_blob.name());
  return named_manifests(index_entries(index, {}), reference);
}

Descriptor choose_manifest(const Source& source, const std::vector<Descriptor>& named,
                           const ImageReference& reference,
                           const std::optional<Platform>& platform) {
  Collector collector(source);
  for (const Descriptor& descriptor : named) collector.collect(descriptor);
  return choose(collector.take(), reference, platform);
}

StoredImage open_manifest(const Source& source, const std::string& name,
                          const Descriptor& descriptor) {
  const Blob manifest_blob = source.get(descriptor.digest);
  StoredImage image;
  image.manifest_bytes = read_text(manifest_blob, descriptor);
  image.manifest_type = descriptor.media_type;
  const Json manifest_json = parse_json(image.manifest_bytes, manifest_blob.name());
  const Manifest manifest =
      parse_manifest(JsonField(manifest_json, manifest_blob.name()), descriptor.media_type);
  const Blob config_blob = source.get(manifest.config.digest);
  image.name = name;
  image.manifest_digest = descriptor.digest;
  image.annotations = manifest.annotations;
  image.config_bytes = read_text(config_blob, manifest.config);
  const Json config_json = parse_json(image.config_bytes, config_blob.name());
  image.config = parse_config(JsonField(config_json, config_blob.name()));
  add_layers(source, manifest, config_blob.name(), image);
  return image;
}

StoredImage open_oci_image(const Source& source, const ImageReference& reference,
                           const std::optional<Platform>& platform) {
  const std::vector<Descriptor> named = find_named(source, reference);
  const Descriptor chosen = choose_manifest(source, named, reference, platform);
  StoredImage image = open_manifest(source, reference.to_string(), chosen);
  image.full_name = full_name_of(named.front());
  check_platform(image, platform);
  return image;
}

StoredImage open_image(const ImageReference& reference, const std::optional<Platform>& platform,
                       const ReadContext& context) {
  if (reference.transport == Transport::kOci) {
    return open_oci_image(*open_directory(reference.path), reference, platform);
  }
  const std::unique_ptr<Source> archive = open_archive(reference.path, context);
  if (reference.transport == Transport::kOciArchive) {
    return open_oci_image(*archive, reference, platform);
  }
  return open_docker_image(*archive, reference, platform, context.limits);
}

}  // namespace oci
