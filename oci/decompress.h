// Plain bytes of a compressed blob, and the digests of both.
#pragma once

#include <cstdint>

#include "layer/write/layer_writer.h"
#include "oci/blob.h"

namespace oci {

// By the first bytes: gzip (RFC 1952) or zstd (RFC 8878) magic, else plain. A blob that starts with
// a zstd skippable frame counts as plain, as it does for the engines.
layer::Codec sniff_codec(const Blob& blob);

// Hands over the plain bytes in order. Every gzip member and every zstd frame is read; a stream
// that is cut short, damaged or followed by other bytes is an Error.
void decompress(const Blob& blob, layer::Codec codec, const ByteTaker& take);

// What a layer's blob is, found by reading all of it once.
struct MeasuredLayer {
  layer::Codec codec = layer::Codec::kNone;
  layer::DiffId diff_id;
  layer::Digest digest;
  uint64_t size = 0;
  uint64_t tar_size = 0;
};
// Throws Error when the plain bytes do not begin as a tar does.
MeasuredLayer measure_layer(const Blob& blob);

}  // namespace oci
