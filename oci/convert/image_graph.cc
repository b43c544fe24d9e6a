// Goes down from index.json.
#include "oci/convert/image_graph.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "oci/model/document_members.h"
#include "oci/model/manifest.h"

namespace oci {
namespace {

// As for opening one image: docs/limits.md.
constexpr size_t kMaxIndexLevels = 8;
constexpr size_t kMaxDocuments = 1000;
constexpr uint64_t kMaxDocumentBytes = uint64_t{16} << 20;

class GraphReader {
 public:
  GraphReader(const Source& source, std::string name) : source_(source), name_(std::move(name)) {}

  ImageDocument read(const Descriptor& descriptor, size_t level = 0) {
    const Blob blob = find(descriptor.digest, level);
    if (level > kMaxIndexLevels) {
      throw layer::Error({blob.name()},
                         fmt::format("is more than {} levels deep", kMaxIndexLevels));
    }
    ++documents_;
    count(blob, blob.size());
    if (descriptor.kind() == MediaKind::kIndex) return read_index(descriptor, blob, level);
    const bool is_listed = level > 0;
    if (is_listed && !is_image(descriptor, blob)) return read_other(descriptor, blob);
    ImageDocument document;
    document.descriptor = descriptor;
    document.image = open_manifest(source_, name_, descriptor);
    document.bytes = document.image->manifest_bytes;
    count(blob, document.image->config_bytes.size());
    return document;
  }

 private:
  // Counts the bytes of a document, and of what belongs to it.
  void count(const Blob& document, uint64_t bytes) {
    bytes_ += bytes;
    if (documents_ <= kMaxDocuments && bytes_ <= kMaxDocumentBytes) return;
    throw layer::Error({document.name()},
                       fmt::format("is one of more than {} documents, or {} MiB of them",
                                   kMaxDocuments, kMaxDocumentBytes >> 20));
  }

  Blob find(const layer::Digest& digest, size_t level) const {
    const std::string path = blob_path(digest);
    std::optional<Blob> blob = source_.find(path);
    if (blob) return *std::move(blob);
    layer::Error error({source_.name_of(path)}, "there is no such file");
    if (level == 0) throw error;
    throw std::move(error).with_help(
        "an index lists more than is here: --platform copies one image of it");
  }

  ImageDocument read_index(const Descriptor& descriptor, const Blob& blob, size_t level) {
    ImageDocument document;
    document.descriptor = descriptor;
    document.bytes = read_text(blob, descriptor);
    const Json json = parse_json(document.bytes, blob.name());
    for (const JsonField& entry :
         index_entries(JsonField(json, blob.name()), descriptor.media_type)) {
      document.listed.push_back(read(parse_descriptor(entry), level + 1));
    }
    return document;
  }

  static bool is_image(const Descriptor& descriptor, const Blob& blob) {
    if (descriptor.kind() != MediaKind::kManifest) return false;
    if (descriptor.platform && descriptor.platform->os == "unknown") return false;
    const Json json = parse_json(read_text(blob, descriptor), blob.name());
    const std::optional<JsonField> config = JsonField(json, blob.name()).find("config");
    return config && parse_descriptor(*config).kind() == MediaKind::kConfig;
  }

  // A manifest with any blobs, or a blob by itself.
  ImageDocument read_other(const Descriptor& descriptor, const Blob& blob) {
    ImageDocument document;
    document.descriptor = descriptor;
    document.bytes = read_text(blob, descriptor);
    if (descriptor.kind() != MediaKind::kManifest) return document;
    const Json json = parse_json(document.bytes, blob.name());
    const JsonField manifest(json, blob.name());
    check_members(manifest, DocumentKind::kManifest);
    std::vector<JsonField> parts;
    if (const auto config = manifest.find("config")) parts.push_back(*config);
    if (const auto layers = manifest.find("layers")) {
      for (const JsonField& layer : layers->items()) parts.push_back(layer);
    }
    for (const JsonField& part : parts) {
      const Descriptor found = parse_descriptor(part);
      document.parts.emplace_back(found, source_.get(found.digest));
    }
    return document;
  }

  const Source& source_;
  const std::string name_;
  size_t documents_ = 0;
  uint64_t bytes_ = 0;
};

// Whether there is anything to copy: an image, or what is attached to one.
bool holds_something(const ImageDocument& document) {
  return document.image || !document.parts.empty() ||
         std::ranges::any_of(document.listed, holds_something);
}

}  // namespace

ImageDocument read_documents(const FoundSource& found, const std::optional<Platform>& platform,
                             const layer::Limits& limits) {
  const auto& [source, reference] = found;
  if (reference.transport == Transport::kDockerArchive) {
    ImageDocument document;
    document.image = open_docker_image(*source, reference, platform, limits, DockerLayers::kUnread);
    return document;
  }
  const std::vector<Descriptor> named = find_named(*source, reference);
  GraphReader reader(*source, reference.to_string());
  if (platform || named.size() > 1 || named.front().kind() != MediaKind::kIndex) {
    ImageDocument document = reader.read(choose_manifest(*source, named, reference, platform));
    check_platform(*document.image, platform);
    return document;
  }
  ImageDocument document = reader.read(named.front());
  if (!holds_something(document)) {
    throw layer::Error({reference.to_string()}, "holds no image manifest");
  }
  return document;
}

}  // namespace oci
