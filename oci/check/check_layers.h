// Checks existing layers before they are put on a base: each is as stated, none replaces anything.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "layer/store/store.h"
#include "oci/read/read_context.h"
#include "oci/read/stored_image.h"
#include "oci/write/layer_descriptor.h"

namespace oci {

// Whether to believe what is stated of the base, and of each layer that has a descriptor beside it.
enum class TrustLayers : uint8_t {
  kNo,
  kYes,  // the caller made sure that the diff ids are right and the layers planned on this base
};

enum class ReplaceInBase : uint8_t { kRefuse, kAllow };

struct LayerChecks {
  TrustLayers trust = TrustLayers::kNo;
  ReplaceInBase replace = ReplaceInBase::kRefuse;
  unsigned jobs = 1;
  layer::Store* store = nullptr;  // knows what earlier runs proved and read; may be null
  ReadContext context;            // see read_image_tree()
};

// Verifies the digests and diff ids of `layers` and of the layers of `base` (null: none), then
// compares `layers` with the base. Throws Error for a layer whose bytes do not have them. Throws
// Error with all it finds when layers replace or change what the base has: its links, its files,
// the modes and owners of its directories. A layer whose descriptor says that it was planned on
// this very base is not compared, because there the change was intended.
void check_layers(const StoredImage* base, std::span<const LayerBlob> layers,
                  const LayerChecks& checks);

}  // namespace oci
