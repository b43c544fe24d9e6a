// What has to be so before layers that exist are put on a base: they unpack to what is said of
// them, and leave what the base has as it is.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "layer/store/store.h"
#include "oci/read/stored_image.h"
#include "oci/write/layer_descriptor.h"

namespace oci {

// Of the base and of layers that a descriptor is beside.
enum class TrustLayers : uint8_t {
  kNo,
  kYes,  // their diff ids are right, and they were planned on this base: the caller has seen to it
};

enum class ReplaceInBase : uint8_t { kRefuse, kAllow };

struct LayerChecks {
  TrustLayers trust = TrustLayers::kNo;
  ReplaceInBase replace = ReplaceInBase::kRefuse;
  unsigned jobs = 1;
  layer::Store* store = nullptr;  // knows what earlier runs proved and read; may be null
  std::string scratch;            // see read_image_tree()
};

// Throws Error when the diff id of a layer, of the base's too, is not that of its plain bytes; or,
// with all it finds, when layers replace or change what the base has: its links, the modes and
// owners of its directories, its files. Not those that were planned on this very base, as their
// descriptors say: then it was meant. `base` may be null.
void check_layers(const StoredImage* base, std::span<const LayerBlob> layers,
                  const LayerChecks& checks);

}  // namespace oci
