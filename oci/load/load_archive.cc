// A list of texts and layers, read one after the other.
#include "oci/load/load_archive.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "layer/write/tar.h"
#include "oci/model/annotations.h"
#include "oci/model/docker_name.h"
#include "oci/write/destination.h"

namespace oci {
namespace {

constexpr uint32_t kMemberMode = 0644;

std::string as_text(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

Descriptor named_manifest(const StoredImage& image, const std::string& name) {
  Descriptor manifest = describe_blob(image.manifest_type, image.manifest_bytes);
  manifest.platform = image.config.platform;
  manifest.annotations[std::string(kRefNameAnnotation)] = parse_docker_name(name).tag;
  manifest.annotations[std::string(kContainerdNameAnnotation)] = name;
  return manifest;
}

bool is_sent_plain(const ImageLayer& layer, const LoadRequest& request) {
  return !request.takes_zstd && layer.descriptor.kind() == MediaKind::kTarZstd;
}

}  // namespace

LoadArchive::LoadArchive(const StoredImage& image, const LoadRequest& request,
                         const layer::Limits& limits)
    : measuring_(limits.unpacked, blobs_of(image.layers)),
      sending_(limits.unpacked, blobs_of(image.layers)) {
  add_documents(image, request);
  std::set<std::string> paths;
  for (size_t i = 0; i < image.layers.size(); ++i) {
    if (!request.left_out.empty() && request.left_out[i]) continue;
    if (paths.insert(layer_path(image.layers[i], request)).second) {
      add_layer(image.layers[i], request);
    }
  }
  add_bytes(std::string(layer::kTarEndSize, '\0'));
}

std::string LoadArchive::layer_path(const ImageLayer& layer, const LoadRequest& request) const {
  if (layer.has_digest && !is_sent_plain(layer, request)) {
    return blob_path(layer.descriptor.digest);
  }
  return fmt::format("layers/{}.tar", layer.diff_id.digest.hex());
}

void LoadArchive::add_documents(const StoredImage& image, const LoadRequest& request) {
  const layer::Digest config = digest_of(image.config_bytes);
  if (request.form != ArchiveForm::kDocker) {
    const Descriptor manifest = named_manifest(image, request.name);
    const Json index = {{"schemaVersion", 2},
                        {"mediaType", kIndexType},
                        {"manifests", Json::array({to_json(manifest)})}};
    add_text("oci-layout", kLayoutFile);
    add_text("index.json", dump_json(index));
    add_text(blob_path(manifest.digest), image.manifest_bytes);
  }
  if (request.form != ArchiveForm::kOci) {
    Json layers = Json::array();
    for (const ImageLayer& layer : image.layers) layers.push_back(layer_path(layer, request));
    const Json entry = {{"Config", blob_path(config)},
                        {"RepoTags", Json::array({request.name})},
                        {"Layers", std::move(layers)}};
    add_text("manifest.json", dump_json(Json::array({entry})));
  }
  add_text(blob_path(config), image.config_bytes);
}

// What is sent cannot be taken back, so the size is looked at before, and the digest on the way.
void LoadArchive::add_layer(const ImageLayer& layer, const LoadRequest& request) {
  check_size(layer.blob, layer.descriptor);
  Part part;
  part.layer = &layer;
  part.is_plain = is_sent_plain(layer, request);
  part.size = part.is_plain ? measure_layer(layer.blob, measuring_).tar_size : layer.blob.size();
  add_header(layer_path(layer, request), part.size);
  size_ += part.size;
  const uint64_t size = part.size;
  parts_.push_back(std::move(part));
  add_padding(size);
}

void LoadArchive::add_text(std::string_view path, std::string_view text) {
  add_header(path, text.size());
  add_bytes(std::string(text));
  add_padding(text.size());
}

void LoadArchive::add_header(std::string_view path, uint64_t size) {
  layer::TarEntry entry;
  entry.path = path;
  entry.content = path;  // has content; the encoder does not read it
  entry.size = size;
  entry.mode = kMemberMode;
  std::vector<std::byte> header(layer::tar_header_size(entry));
  layer::encode_tar_header(entry, header);
  add_bytes(as_text(header));
}

void LoadArchive::add_padding(uint64_t size) {
  add_bytes(std::string(layer::padded_to_block(size) - size, '\0'));
}

void LoadArchive::add_bytes(std::string bytes) {
  size_ += bytes.size();
  if (!parts_.empty() && parts_.back().layer == nullptr) {
    parts_.back().bytes += bytes;
    parts_.back().size += bytes.size();
    return;
  }
  Part part;
  part.size = bytes.size();
  part.bytes = std::move(bytes);
  parts_.push_back(std::move(part));
}

size_t LoadArchive::fill(std::span<std::byte> out) {
  size_t filled = 0;
  while (filled < out.size() && at_ < parts_.size()) {
    const Part& part = parts_[at_];
    if (position_ == part.size) {
      end_part(part);
      ++at_;
      position_ = 0;
      continue;
    }
    const size_t room = std::min<uint64_t>(out.size() - filled, part.size - position_);
    const size_t count = fill_from(part, out.subspan(filled, room));
    position_ += count;
    filled += count;
  }
  return filled;
}

size_t LoadArchive::fill_from(const Part& part, std::span<std::byte> out) {
  if (part.layer == nullptr) {
    std::memcpy(out.data(), part.bytes.data() + position_, out.size());
    return out.size();
  }
  if (part.is_plain) return fill_plain(*part.layer, out);
  part.layer->blob.read_at(position_, out);
  if (!hash_) hash_.emplace();
  hash_->update(out);
  return out.size();
}

size_t LoadArchive::fill_plain(const ImageLayer& layer, std::span<std::byte> out) {
  if (!plain_) plain_.emplace(layer.blob, sniff_codec(layer.blob), sending_);
  if (rest_.empty()) rest_ = plain_->next();
  if (rest_.empty()) throw layer::Error({layer.blob.name()}, "changed while it was read");
  const auto taken = rest_.first(std::min(rest_.size(), out.size()));
  std::memcpy(out.data(), taken.data(), taken.size());
  rest_ = rest_.subspan(taken.size());
  return taken.size();
}

// The last piece is not sent before this is called, unless it fills what it was asked for. In either
// case the archive lacks its end if this throws, so no engine takes it.
void LoadArchive::end_part(const Part& part) {
  if (part.layer == nullptr) return;
  const ImageLayer& layer = *part.layer;
  std::optional<layer::Digest> found;
  if (plain_) {
    const bool is_longer = !rest_.empty() || !plain_->next().empty();
    if (is_longer) throw layer::Error({layer.blob.name()}, "changed while it was read");
    found = plain_->finish_raw_digest();
  } else if (hash_) {
    found = hash_->finish();
  } else {
    found = layer::Sha256().finish();
  }
  plain_.reset();
  hash_.reset();
  if (layer.has_digest && *found != layer.descriptor.digest) {
    throw layer::Error({layer.blob.name()},
                       fmt::format("has digest {}, but its descriptor says {}", found->to_string(),
                                   layer.descriptor.digest.to_string()));
  }
}

}  // namespace oci
