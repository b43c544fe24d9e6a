// Proof that a layer's blob is what its image says: its digest, and what diff id it unpacks to.
#pragma once

#include <vector>

#include "layer/store/store.h"
#include "oci/read/stored_image.h"

namespace oci {

// Reads each layer whole, several at a time, on as many threads as the calling task arena has. Not
// those of which `store` (may be null) remembers it: what a digest unpacks to does not change. The
// blob itself is compared with its digest where it is copied. Throws Error for the first that is
// not as it says.
void prove_layers(const std::vector<ImageLayer>& layers, layer::Store* store);

// For later runs: a blob with this digest is known to unpack to this diff id.
void remember_proof(const layer::Digest& digest, const layer::DiffId& diff_id, layer::Store& store);

}  // namespace oci
