// Names for what a layer and its frames will hold, found without reading a file.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layer/digest.h"
#include "layer/plan/plan.h"
#include "layer/write/frames.h"
#include "layer/write/layer_writer.h"

namespace layer {

// Everything that the bytes of a blob depend on beside its entries, as one line: the recipe and the
// versions of the encoders.
std::string key_recipe(Compression compression);

// Equal keys, equal bytes. Absent where a file's stamp cannot be trusted (see is_settled()).
struct LayerKeys {
  std::optional<Digest> layer;
  std::vector<std::optional<Digest>> frames;
};

// A frame's key is the SHA-256 of the recipe and of each entry's header fields and its file's stamp;
// a layer's is that of its frames' keys. Where the files lie does not matter. `now` is a moment
// before the stamps were taken, in nanoseconds since the epoch.
LayerKeys layer_keys(const LayerPlan& plan, std::span<const Frame> frames,
                     const std::string& recipe, int64_t now);

}  // namespace layer
