// Which layers two images share, and why layers with equal contents have different digests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oci/inspect/image_diff.h"

namespace oci {

enum class LayerRelation : uint8_t {
  kKept,   // the same blob
  kEqual,  // other blobs with equal contents; see LayerPair::reasons
  kGone,   // only the first image has it
  kNew,    // only the second image has it
};
std::string_view layer_relation_name(LayerRelation relation);  // "kept"

enum class DigestReason : uint8_t {
  kCodec,        // gzip, zstd or none
  kCompression,  // one codec: its level, library or version, or what its header states
  kOrder,        // of the entries
  kTimes,        // of the entries
  kTarForm,      // how the tar is written: form of headers, names of owners, padding
};
std::string_view digest_reason_name(DigestReason reason);  // "codec"

struct LayerReason {
  DigestReason reason;
  std::string detail;  // what was found in either, with names as they are in the tar
};

// At least one of the two is there.
struct LayerPair {
  uint32_t before = kNone;  // index of the layer in its image
  uint32_t after = kNone;
  LayerRelation relation = LayerRelation::kKept;
  std::vector<LayerReason> reasons{};
};

struct LayerDiff {
  std::vector<LayerPair> layers;  // in the order of the second image, then those that are gone
  uint64_t kept_bytes = 0;        // as they are stored, each blob once
  uint64_t new_bytes = 0;         // what a registry, or a node, that has the first image lacks
};

// Layers are the same if their digests are; of docker archives, which state none, if their diff ids
// are.
LayerDiff compare_layers(const ImageSubject& before, const ImageSubject& after);

}  // namespace oci
