// Proves that a layer's blob has the digest, and unpacks to the diff id, that its image states.
#pragma once

#include <vector>

#include "layer/base/limits.h"
#include "layer/store/store.h"
#include "oci/read/stored_image.h"

namespace oci {

// Reads each layer whole, several at a time, on as many threads as the calling task arena has.
// Skips a layer that `store` (may be null) remembers a proof of, because what a digest unpacks to
// does not change; copy_blob() then compares that blob with its digest. Throws Error for the first
// layer that is not as stated.
void prove_layers(const std::vector<ImageLayer>& layers, const layer::Limits& limits,
                  layer::Store* store);

// Records for later runs that a blob with this digest unpacks to this diff id.
void remember_proof(const layer::Digest& digest, const layer::DiffId& diff_id, layer::Store& store);

}  // namespace oci
