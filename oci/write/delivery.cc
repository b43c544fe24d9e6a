// Passes one image on to every place.
#include "oci/write/delivery.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "layer/model/file_tree.h"
#include "oci/model/annotations.h"
#include "oci/write/image_index.h"

namespace oci {
namespace {

// What is the same however a path is written: the directory, or the one that it will be made in and
// its name there.
using PlaceKey = std::tuple<dev_t, ino_t, std::string>;

PlaceKey key_of(const HeldDirectory& directory) {
  const bool is_new = directory.is_new();
  const std::string known = is_new ? folder_of(directory.final_path) : directory.path;
  struct stat status = {};
  if (stat(known.c_str(), &status) != 0) throw layer::system_error(known, "cannot stat", errno);
  const auto name = layer::base_name(directory.final_path);
  return {status.st_dev, status.st_ino, is_new ? std::string(name) : std::string()};
}

// The layer's blob in the store, verified when it came there; null if it is not there and cannot be
// added.
layer::BlobPointer keep(const Descriptor& descriptor, const Blob& blob, layer::Store& store) {
  const layer::Digest& digest = descriptor.digest;
  if (layer::BlobPointer known = store.open_blob(digest)) return known;
  if (!store.is_writable()) return nullptr;
  layer::OutputFile file = store.create_blob();
  copy_blob(blob, descriptor, file);
  return store.add_blob(digest, std::move(file));
}

// containerd unpacks the lowest layer without a table, and all above it, in the usual way
// (`startFetch` of its unpacker), and reads files through the mount besides.
std::optional<layer::Diagnostic> warn_of_layers_without_table(const ImageReference& place,
                                                              const Image& image) {
  const auto has_table = [](const Descriptor& layer) {
    return layer.annotations.contains(std::string(kTocDigestAnnotation));
  };
  if (std::ranges::none_of(image.layers, has_table)) return std::nullopt;
  const auto lowest = std::ranges::find_if_not(image.layers, has_table);
  if (lowest == image.layers.end()) return std::nullopt;
  return layer::Diagnostic{
      {place.to_string()},
      fmt::format("layer {} of {} has no table of contents as others have, so it is fetched before "
                  "a start, with all layers above it",
                  lowest - image.layers.begin() + 1, image.layers.size()),
      {},
      "`veneer convert BASE oci:DIR --compression estargz` makes a base that has them"};
}

}  // namespace

Delivery::Delivery(const std::vector<ImageReference>& places, const std::string& scratch,
                   ExistingBlobs blobs)
    : blobs_(blobs) {
  if (places.empty()) throw layer::Error("an image needs at least one output");
  for (const ImageReference& place : places) {
    destinations_.push_back(open_destination(place, scratch, blobs));
  }
}

void Delivery::add_base(const StoredImage& base, layer::Store* store) {
  for (const ImageLayer& layer : base.layers) add_layer(layer.descriptor, layer.blob, store);
}

void Delivery::add_layer(const Descriptor& descriptor, const Blob& blob, layer::Store* store) {
  Destination& first = *destinations_.front();
  if (first.has(descriptor.digest)) return;
  const bool goes_through_store = store != nullptr && blobs_ == ExistingBlobs::kCopy;
  const layer::BlobPointer kept = goes_through_store ? keep(descriptor, blob, *store) : nullptr;
  if (kept == nullptr) {
    first.add(descriptor, blob);
  } else {
    first.share(descriptor, *kept);
  }
}

void Delivery::add_images(const std::vector<StoredImage>& images) {
  oci::add_images(images, *destinations_.front());
}

void Delivery::add_document(const Descriptor& descriptor, std::string_view bytes) {
  destinations_.front()->add(descriptor, bytes);
}

void Delivery::prepare(const Image& image) {
  const Destination& first = *destinations_.front();
  for (auto& destination : destinations_) {
    for (const Descriptor& layer : image.layers) {
      if (!destination->has(layer.digest)) destination->add(layer, first.blob(layer.digest));
    }
  }
  for (auto& destination : destinations_) destination->prepare(image);
}

void Delivery::send() {
  for (auto& destination : destinations_) destination->send();
}

// All processes lock directories in the same order, so that no two wait for each other. A directory
// that several images go to is locked once.
void Delivery::await() {
  std::map<PlaceKey, std::vector<Destination*>> places;
  for (auto& destination : destinations_) {
    const HeldDirectory directory = destination->held_directory();
    if (!directory.path.empty()) places[key_of(directory)].push_back(destination.get());
  }
  for (const auto& [key, images] : places) {
    const LayoutLock lock = images.front()->held_directory().lock();
    for (Destination* image : images) image->hold(lock);
  }
}

void Delivery::show(layer::Undo& undo) {
  for (auto& destination : destinations_) destination->show(undo);
}

std::vector<layer::Diagnostic> delivery_warnings(const std::vector<ImageReference>& places,
                                                 const Image& image) {
  std::vector<layer::Diagnostic> warnings;
  const bool has_zstd =
      std::any_of(image.layers.begin(), image.layers.end(),
                  [](const Descriptor& layer) { return layer.kind() == MediaKind::kTarZstd; });
  for (const ImageReference& place : places) {
    if (!has_zstd || place.transport != Transport::kDockerArchive) continue;
    warnings.push_back(
        {{place.to_string()},
         "has zstd layers, which Docker Engine before 23.0 cannot load",
         {},
         "Docker Engine 23.0, containerd 1.5 and podman load them; use gzip for older engines"});
  }
  if (auto warning = warn_of_layers_without_table(places.front(), image)) {
    warnings.push_back(std::move(*warning));
  }
  return warnings;
}

}  // namespace oci
