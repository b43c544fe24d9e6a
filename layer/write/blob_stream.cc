// Writes header, frames and trailer.
#include "layer/write/blob_stream.h"

namespace layer {

BlobStream::BlobStream(Compression compression, OutputFile& file)
    : codec_(compression.codec), file_(file), begin_(file.size()) {
  if (codec_ == Codec::kGzip) write(kGzipHeader);
}

void BlobStream::write(std::span<const std::byte> bytes) {
  if (codec_ != Codec::kNone) hash_.update(bytes);
  file_.write(bytes);
}

void BlobStream::skip_frame(uint32_t crc, uint64_t tar_size) {
  if (codec_ == Codec::kGzip) splice_.append(crc, tar_size);
  tar_size_ += tar_size;
}

void BlobStream::append(const PackedFrame& frame, uint64_t tar_size) {
  write(frame.bytes);
  skip_frame(frame.crc, tar_size);
}

Digest BlobStream::finish(const DiffId& diff_id) {
  if (codec_ == Codec::kGzip) write(splice_.trailer());
  return codec_ == Codec::kNone ? diff_id.digest : hash_.finish();
}

}  // namespace layer
