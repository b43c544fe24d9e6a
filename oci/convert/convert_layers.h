// Gives the layers of images another compression, and delivers them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "layer/store/store.h"
#include "layer/write/layer_writer.h"
#include "oci/read/read_context.h"
#include "oci/read/stored_image.h"
#include "oci/write/delivery.h"

namespace oci {

// Which layers are compressed anew.
enum class LayersAnew : uint8_t {
  kOfOtherCodec,  // those that do not have the codec yet
  kAll,
};

struct LayerConversion {
  std::optional<layer::Compression> compression;  // none: all layers stay as they are
  LayersAnew anew = LayersAnew::kOfOtherCodec;
  unsigned jobs = 1;
  layer::Store* store = nullptr;  // may be null
  ReadContext context;
  layer::Progress* progress = nullptr;
};

struct ConvertedLayer {
  Descriptor descriptor;                    // of the new blob; or as the image has it
  std::optional<layer::WrittenLayer> anew;  // none: the blob is the same
};

// Delivers every layer of the images, each blob once: first those that stay as they are, then those
// compressed anew, whose bytes are those that a build with that compression would have written.
// Every blob is verified against its descriptor, and its plain bytes against the diff id. Returns a
// layer for each of an image, in their order. Throws Error, which has a remedy.
std::vector<std::vector<ConvertedLayer>> convert_layers(std::span<const StoredImage* const> images,
                                                        const LayerConversion& conversion,
                                                        Delivery& delivery);

}  // namespace oci
