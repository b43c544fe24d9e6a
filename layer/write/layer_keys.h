// Computes the store's keys of a layer and its frames, without reading a file.
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

// Everything, other than the entries, that the bytes of a blob depend on, as one line: the recipe,
// the versions of the encoders, and the codec's file.
std::string blob_recipe(Compression compression);

// Equal keys mean equal bytes. A key is absent if one of its files has no Store::identity().
struct LayerKeys {
  std::optional<Digest> layer;
  std::vector<std::optional<Digest>> frames;
};

// Computes the keys. A frame's key is the SHA-256 of the recipe, its place and size in the tar, and
// for each entry the header fields and the identity of its file. A layer's key is the SHA-256 of
// its frames' keys. Where the files lie on disk does not matter.
LayerKeys layer_keys(const LayerPlan& plan, std::span<const Frame> frames,
                     const std::string& recipe, const Store& store);

}  // namespace layer
