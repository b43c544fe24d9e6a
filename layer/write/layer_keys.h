// Names for what a layer and its frames will hold, found without reading a file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layer/base/digest.h"
#include "layer/model/plan.h"
#include "layer/store/store.h"
#include "layer/write/frames.h"
#include "layer/write/layer_writer.h"

namespace layer {

// Everything that the bytes of a blob depend on beside its entries, as one line: the recipe, the
// versions of the encoders, and which file the codec is.
std::string key_recipe(Compression compression);

// Equal keys, equal bytes. Absent where a file has no Store::identity().
struct LayerKeys {
  std::optional<Digest> layer;
  std::vector<std::optional<Digest>> frames;
};

// A frame's key is the SHA-256 of the recipe and of each entry's header fields and its file's
// identity; a layer's is that of its frames' keys. Where the files lie does not matter.
LayerKeys layer_keys(const LayerPlan& plan, std::span<const Frame> frames,
                     const std::string& recipe, const Store& store);

}  // namespace layer
