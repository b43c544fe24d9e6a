// Sorts layers into those that stay and those that do not, and runs the writer over the latter.
#include "oci/convert/convert_layers.h"

#include <tbb/parallel_for.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "layer/base/threads.h"
#include "layer/write/stream_writer.h"
#include "oci/check/prove_layer.h"
#include "oci/convert/tar_frames.h"
#include "oci/model/annotations.h"
#include "oci/read/layer_entries.h"
#include "oci/read/stated_table.h"
#include "oci/write/image.h"

namespace oci {
namespace {

constexpr const char* kDamagedHelp =
    "the image is damaged, or its manifest and its config do not belong together: fetch or build "
    "it "
    "again";

// Runs `work`, and adds a remedy to an error that has none.
void with_remedy(const std::function<void()>& work) {
  try {
    work();
  } catch (layer::Error& error) {
    if (!error.diagnostics().front().help.empty()) throw;
    throw std::move(error).with_help(kDamagedHelp);
  }
}

struct Reading {
  std::unique_ptr<TarFrames> frames;  // while the layer is read
  uint64_t seen = 0;                  // bytes of the blob that progress counts
};

class LayersConversion {
 public:
  LayersConversion(std::span<const StoredImage* const> images, const LayerConversion& conversion,
                   Delivery& delivery)
      : images_(images), conversion_(conversion), delivery_(delivery) {}

  std::vector<std::vector<ConvertedLayer>> run();

 private:
  void check_tables();
  bool stays(const ImageLayer& layer) const;
  void keep_layers();
  void write_layers();
  layer::TarStream stream_of(const ImageLayer& layer);

  std::span<const StoredImage* const> images_;
  const LayerConversion& conversion_;
  Delivery& delivery_;
  std::optional<UnpackBudget> budget_;                    // of all layers
  std::set<std::string> false_tables_;                    // blobs that have not the one stated
  std::map<std::string, Descriptor> kept_;                // by the blob's name
  std::map<layer::Digest, layer::WrittenLayer> written_;  // by diff id
};

// Engines that pull layers in parts believe their tables, so no false one is passed on. A layer that
// is written anew gets a table of its own, or none.
void LayersConversion::check_tables() {
  std::vector<const ImageLayer*> layers;
  for (const StoredImage* image : images_) {
    for (const ImageLayer& layer : image->layers) {
      if (states_table(layer) && stays(layer)) layers.push_back(&layer);
    }
  }
  std::vector<std::optional<layer::Error>> faults(layers.size());
  tbb::parallel_for(size_t{0}, layers.size(), [&](size_t i) {
    UnpackBudget budget(conversion_.context.limits.unpacked, layers[i]->blob.size());
    try {
      LayerEntries entries(*layers[i], budget);
      while (entries.next() != nullptr) {
      }
    } catch (const layer::Error& error) {
      faults[i] = error;
    }
  });
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!faults[i]) continue;
    if (!conversion_.compression) throw *std::move(faults[i]);
    false_tables_.insert(layers[i]->blob.name());
  }
}

bool LayersConversion::stays(const ImageLayer& layer) const {
  if (!conversion_.compression) return true;
  if (conversion_.anew == LayersAnew::kAll) return false;
  if (false_tables_.contains(layer.blob.name())) return false;
  const StringMap& annotations = layer.descriptor.annotations;
  switch (conversion_.compression->format) {
    case layer::LayerFormat::kTar:
      break;
    case layer::LayerFormat::kEstargz:
      if (!annotations.contains(std::string(kTocDigestAnnotation))) return false;
      break;
    case layer::LayerFormat::kZstdChunked:
      if (!annotations.contains(std::string(kChunkedSplitAnnotation))) return false;
      break;
  }
  return layer.descriptor.kind() == media_kind(layer_media_type(conversion_.compression->codec));
}

// A docker archive states no digests: its layers have them only once they are read.
void LayersConversion::keep_layers() {
  std::vector<ImageLayer> kept;
  std::set<std::pair<std::string, layer::Digest>> seen;  // a blob, and what it is said to unpack to
  for (const StoredImage* image : images_) {
    for (const ImageLayer& layer : image->layers) {
      if (stays(layer) && seen.emplace(layer.blob.name(), layer.diff_id.digest).second) {
        kept.push_back(layer);
      }
    }
  }
  with_remedy([&] {
    tbb::parallel_for(size_t{0}, kept.size(), [&](size_t i) {
      ImageLayer& layer = kept[i];
      if (layer.has_digest) return;
      const MeasuredLayer measured = measure_layer(layer.blob, *budget_);
      check_diff_id(layer, measured.diff_id);
      layer.descriptor.digest = measured.digest;
    });
    std::vector<ImageLayer> unproven;
    for (const ImageLayer& layer : kept) {
      if (layer.has_digest) unproven.push_back(layer);
    }
    prove_layers(unproven, conversion_.context.limits, conversion_.store);
  });
  for (const ImageLayer& layer : kept) {
    delivery_.add_layer(layer.descriptor, layer.blob);
    kept_[layer.blob.name()] = layer.descriptor;
  }
}

layer::TarStream LayersConversion::stream_of(const ImageLayer& layer) {
  layer::TarStream stream;
  const auto name = layer.descriptor.annotations.find(std::string(kLayerNameAnnotation));
  if (name != layer.descriptor.annotations.end()) stream.name = name->second;
  stream.diff_id = layer.diff_id;
  const auto reading = std::make_shared<Reading>();
  stream.next = [this, &layer, reading](layer::TarFrame& frame) {
    std::unique_ptr<TarFrames>& frames = reading->frames;
    bool is_more = false;
    with_remedy([&] {
      if (!frames) {
        frames = std::make_unique<TarFrames>(layer, *conversion_.compression, *budget_);
      }
      is_more = frames->next(frame);
    });
    conversion_.progress->tar_bytes_done +=
        frames->position() - std::exchange(reading->seen, frames->position());
    if (!is_more) frames.reset();
    return is_more;
  };
  stream.check = [&layer](const layer::DiffId& found) {
    with_remedy([&] { check_diff_id(layer, found); });
  };
  return stream;
}

void LayersConversion::write_layers() {
  std::vector<layer::TarStream> streams;
  for (const StoredImage* image : images_) {
    for (const ImageLayer& layer : image->layers) {
      if (stays(layer) || !written_.try_emplace(layer.diff_id.digest).second) continue;
      streams.push_back(stream_of(layer));
      conversion_.progress->tar_bytes_total += layer.blob.size();
    }
  }
  if (streams.empty()) return;
  const std::vector<layer::WrittenLayer> layers =
      layer::write_streams(streams, *conversion_.compression, conversion_.jobs, delivery_.layers(),
                           *conversion_.progress, conversion_.store);
  for (size_t i = 0; i < layers.size(); ++i) {
    const layer::WrittenLayer& layer = layers[i];
    written_[streams[i].diff_id.digest] = layer;
    if (conversion_.store == nullptr) continue;
    remember_proof(layer.digest, layer.diff_id, *conversion_.store);
  }
}

std::vector<std::vector<ConvertedLayer>> LayersConversion::run() {
  std::vector<Blob> blobs;
  for (const StoredImage* image : images_) {
    for (const ImageLayer& layer : image->layers) blobs.push_back(layer.blob);
  }
  budget_.emplace(conversion_.context.limits.unpacked, blobs);
  layer::Threads(conversion_.jobs).execute([this] {
    check_tables();
    keep_layers();
  });
  write_layers();
  std::vector<std::vector<ConvertedLayer>> converted(images_.size());
  for (size_t i = 0; i < images_.size(); ++i) {
    for (const ImageLayer& layer : images_[i]->layers) {
      ConvertedLayer result;
      if (stays(layer)) {
        result.descriptor = kept_.at(layer.blob.name());
      } else {
        result.anew = written_.at(layer.diff_id.digest);
        result.descriptor.media_type = layer_media_type(result.anew->compression.codec);
        result.descriptor.digest = result.anew->digest;
        result.descriptor.size = result.anew->size;
        result.descriptor.annotations = annotations_of_bytes(*result.anew);
      }
      converted[i].push_back(std::move(result));
    }
  }
  return converted;
}

}  // namespace

std::vector<std::vector<ConvertedLayer>> convert_layers(std::span<const StoredImage* const> images,
                                                        const LayerConversion& conversion,
                                                        Delivery& delivery) {
  return LayersConversion(images, conversion, delivery).run();
}

}  // namespace oci
