// Writes the tar of both formats, with blobs behind reserved headers.
#include "oci/write/archive.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "layer/disk/result_file.h"
#include "layer/write/tar.h"

namespace oci {
namespace {

constexpr uint32_t kFileMode = 0644;
constexpr uint32_t kMemberDirectoryMode = 0755;
constexpr uint64_t kUstarLimit = uint64_t{1} << 33;  // 11 octal digits hold less than 8 GiB

layer::TarEntry file_entry(std::string_view path, uint64_t size) {
  layer::TarEntry entry;
  entry.path = path;
  entry.content = path;  // has content; the encoder does not read it
  entry.size = size;
  entry.mode = kFileMode;
  return entry;
}

std::vector<std::byte> encode(const layer::TarEntry& entry) {
  std::vector<std::byte> header(layer::tar_header_size(entry));
  layer::encode_tar_header(entry, header);
  return header;
}

// More than any compression of the layer's tar takes: incompressible data is stored with a few
// bytes a block.
uint64_t most_bytes(uint64_t tar_size) {
  if (tar_size == layer::kUnknownSize) return tar_size;
  return tar_size + tar_size / 128 + (uint64_t{1} << 20);
}

// Header blocks for a blob in the room that was reserved for them. A blob that turned out smaller
// than feared leaves room for an extended header, which then holds a comment (pax, "comment").
std::vector<std::byte> fit_header(const std::string& path, uint64_t size, size_t room) {
  std::vector<std::byte> header = encode(file_entry(path, size));
  if (header.size() == room) return header;
  std::vector<std::byte> filled = encode(file_entry(path, kUstarLimit));
  if (header.size() != layer::kTarBlock || filled.size() != room) {
    throw std::logic_error("no room for the header of a blob");
  }
  // The extended header states the length of its one record: "LENGTH size=8589934592\n".
  const std::string record = fmt::format("{} size={}\n", 19, kUstarLimit);
  const std::string key = fmt::format("{} comment=", record.size());
  const std::string comment = key + std::string(record.size() - key.size() - 1, ' ') + '\n';
  const auto bytes = std::as_bytes(std::span(comment));
  std::copy(bytes.begin(), bytes.end(), filled.begin() + layer::kTarBlock);
  std::copy(header.begin(), header.end(), filled.end() - layer::kTarBlock);
  return filled;
}

struct Place {
  uint64_t offset;
  uint64_t size;
};

class ArchiveDestination : public Destination {
 public:
  ArchiveDestination(const ImageReference& reference, const std::string& scratch)
      : reference_(reference), result_(reference.path, scratch), out_(result_.file()) {
    add_file("oci-layout", kLayoutFile);
    for (const std::string_view path : {"blobs", "blobs/sha256"}) {
      layer::TarEntry entry;
      entry.path = path;
      entry.mode = kMemberDirectoryMode;
      entry.type = layer::TarType::kDirectory;
      out_.write(encode(entry));
    }
  }

  layer::OutputFile& begin(uint64_t tar_size) override {
    reserve(most_bytes(tar_size));
    return out_;
  }

  void end(const layer::WrittenLayer& layer) override {
    const uint64_t size = out_.size() - content_;
    if (size != layer.size) throw std::logic_error("a layer's size is not what was written");
    finish(layer.digest);
  }

  void add(const layer::WrittenLayer& layer, int fd) override {
    // The same header as begin() makes, whether or not the layer is written anew.
    reserve(most_bytes(layer.compression.format == layer::LayerFormat::kEstargz
                           ? layer::kUnknownSize
                           : layer.tar_size));
    out_.copy_from(fd, 0, layer.size);
    finish(layer.digest);
  }

  bool has(const layer::Digest& digest) const override { return blobs_.contains(digest); }

  void add(const Descriptor& descriptor, const Blob& blob) override {
    if (has(descriptor.digest)) return;
    reserve(descriptor.size);
    copy_blob(blob, descriptor, out_);
    finish(descriptor.digest);
  }

  void share(const Descriptor& descriptor, const layer::StoredBlob& blob) override {
    if (has(descriptor.digest)) return;
    reserve(descriptor.size);
    out_.copy_from(blob.file.get(), 0, blob.size);
    finish(descriptor.digest);
  }

  void add(const Descriptor& descriptor, std::string_view bytes) override {
    if (has(descriptor.digest)) return;
    reserve(bytes.size());
    out_.write(std::as_bytes(std::span(bytes)));
    finish(descriptor.digest);
  }

  Blob blob(const layer::Digest& digest) const override {
    const Place& place = blobs_.at(digest);
    return written_part(out_, place.offset, place.size,
                        fmt::format("{}({})", reference_.path, blob_path(digest)));
  }

  void prepare(const Image& image) override {
    add(image.config, image.config_bytes);
    add(image.manifest, image.manifest_bytes);
    const Json index = {{"schemaVersion", 2},
                        {"mediaType", kIndexType},
                        {"manifests", Json::array({to_json(index_entry(image, reference_))})}};
    add_file("index.json", dump_json(index));
    add_file("manifest.json", dump_json(docker_manifest(image)));
    const std::array<std::byte, layer::kTarEndSize> end{};
    out_.write(end);
  }

  void send() override { result_.send(); }
  void show(layer::Undo& undo) override { result_.show(undo); }

 private:
  void reserve(uint64_t most) {
    header_ = out_.size();
    const std::vector<std::byte> room(layer::tar_header_size(file_entry(blob_path({}), most)));
    out_.write(room);
    content_ = out_.size();
  }

  // Names the blob that was written since reserve(), or drops it if it is there already.
  void finish(const layer::Digest& digest) {
    const uint64_t size = out_.size() - content_;
    if (!blobs_.try_emplace(digest, Place{content_, size}).second) return out_.truncate(header_);
    out_.write_at(header_, fit_header(blob_path(digest), size, content_ - header_));
    pad();
  }

  void pad() {
    const std::array<std::byte, layer::kTarBlock> zeros{};
    out_.write(std::span(zeros).first(layer::padded_to_block(out_.size()) - out_.size()));
  }

  void add_file(std::string_view path, std::string_view text) {
    out_.write(encode(file_entry(path, text.size())));
    out_.write(std::as_bytes(std::span(text)));
    pad();
  }

  // What `docker load` reads: Docker's image/spec v1.2, "Combined Image JSON + Filesystem Changeset
  // Format".
  Json docker_manifest(const Image& image) const {
    Json entry = {{"Config", blob_path(image.config.digest)},
                  {"RepoTags", Json::array()},
                  {"Layers", Json::array()}};
    const WrittenName name = written_name(reference_);
    if (!name.full_name.empty()) entry["RepoTags"].push_back(name.full_name);
    for (const Descriptor& layer : image.layers) {
      entry["Layers"].push_back(blob_path(layer.digest));
    }
    return Json::array({entry});
  }

  ImageReference reference_;
  layer::ResultFile result_;
  layer::OutputFile& out_;  // its file
  std::map<layer::Digest, Place> blobs_;
  uint64_t header_ = 0;   // where the blob being written has its header
  uint64_t content_ = 0;  // and its bytes
};

}  // namespace

std::unique_ptr<Destination> create_archive(const ImageReference& reference,
                                            const std::string& scratch) {
  return std::make_unique<ArchiveDestination>(reference, scratch);
}

}  // namespace oci
