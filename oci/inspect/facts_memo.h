// Keeps what is in a layer in the store, so that the layer is not read again.
#pragma once

#include <optional>

#include "layer/store/store.h"
#include "oci/inspect/layer_facts.h"

namespace oci {

// What stands for a layer's content: its digest and its diff id. For a layer of a docker archive,
// which states no digest, the diff id and the stamp of the archive; no value if that is too young.
std::optional<layer::Digest> facts_key(const ImageLayer& layer, const layer::Store& store);

// What an earlier run found in this layer, and verified. No value if the store does not have it.
// Safe to call from any thread.
std::optional<LayerFacts> recall_facts(const layer::Digest& key, layer::Store& store);

// Keeps it for later runs. One thread at a time.
void remember_facts(const layer::Digest& key, const LayerFacts& facts, layer::Store& store);

}  // namespace oci
