// Decompresses blobs, and computes the digests of what is stored and of the plain bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "layer/write/layer_writer.h"
#include "oci/read/blob.h"
#include "oci/read/decoder.h"
#include "oci/read/limits.h"

namespace oci {

// Tells the codec by the blob's first bytes: gzip (RFC 1952) or zstd (RFC 8878) magic, else plain.
// Throws Error where engines read these bytes in different ways: a skippable frame of zstd is zstd to
// containerd and Docker, and plain to podman and skopeo; bzip2 and xz are known to some.
layer::Codec sniff_codec(const Blob& blob);

// Gives the plain bytes of a blob piece by piece, as the caller asks for them. Reads every gzip
// member and every zstd frame. Throws Error for a stream that is cut short, damaged or followed by
// other bytes, or goes beyond `budget`, which outlives the stream. Memory does not grow with what a
// blob decompresses to.
class PlainStream {
 public:
  PlainStream(const Blob& blob, layer::Codec codec, UnpackBudget& budget);
  PlainStream(const PlainStream&) = delete;
  PlainStream& operator=(const PlainStream&) = delete;

  // The next bytes, valid until the next call; empty at the end.
  std::span<const std::byte> next();

  // How many bytes of the blob were read.
  uint64_t position() const { return position_; }

  // The digest of the blob as it is stored. Call once, at the end.
  layer::Digest finish_raw_digest() { return raw_.finish(); }

 private:
  std::span<const std::byte> decode_next();

  Blob blob_;
  UnpackBudget& budget_;
  std::vector<std::byte> in_;
  std::span<const std::byte> rest_;  // of in_, not decoded yet
  uint64_t position_ = 0;
  layer::Sha256 raw_;
  std::unique_ptr<Decoder> decoder_;  // null: stored plain
};

// Hands over the plain bytes in order, as PlainStream reads them.
void decompress(const Blob& blob, layer::Codec codec, UnpackBudget& budget, const ByteTaker& take);

// Throws Error unless these bytes, the first 512 of a blob's plain bytes or all of them, begin a tar.
void check_begins_as_tar(const Blob& blob, std::span<const std::byte> head);

// What is known of a layer's blob once all of it was read. Sizes are in bytes.
struct MeasuredLayer {
  layer::Codec codec = layer::Codec::kNone;
  layer::DiffId diff_id;
  layer::Digest digest;
  uint64_t size = 0;
  uint64_t tar_size = 0;
};
// Throws Error when the plain bytes do not begin as a tar does.
MeasuredLayer measure_layer(const Blob& blob, UnpackBudget& budget);

}  // namespace oci
