// Reads the layers of images on all cores, each layer once.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "layer/store/store.h"
#include "oci/inspect/layer_facts.h"

namespace oci {

using FactsPointer = std::shared_ptr<const LayerFacts>;

struct GatherOptions {
  layer::Limits limits{};
  unsigned jobs = 1;
  layer::Store* store = nullptr;  // knows layers that earlier runs read; may be null
};

// What is in each layer of each image: result[i][n] is layer n of images[i]. A layer that several
// images have, or one image several times, is read once. Layers that the store knows are not read;
// those that are read are added to it. Throws the Error of the first layer that has one.
std::vector<std::vector<FactsPointer>> gather_facts(std::span<const StoredImage> images,
                                                    const GatherOptions& options);

}  // namespace oci
