// Writes header, frames and trailer.
#include "layer/write/blob_stream.h"

#include <algorithm>
#include <string>
#include <vector>

namespace layer {

BlobStream::BlobStream(Compression compression, OutputFile& file)
    : compression_(compression), file_(file), begin_(file.size()) {
  if (is_one_member()) write(kGzipHeader);
  if (compression_.format == LayerFormat::kEstargz) toc_.emplace<EstargzToc>();
  if (compression_.format == LayerFormat::kZstdChunked) {
    toc_.emplace<ChunkedToc>(compression_.level);
  }
}

void BlobStream::write(std::span<const std::byte> bytes) {
  if (compression_.codec != Codec::kNone) hash_.update(bytes);
  file_.write(bytes);
}

void BlobStream::skip_frame(uint32_t crc, uint64_t tar_size) {
  if (is_one_member()) splice_.append(crc, tar_size);
  tar_size_ += tar_size;
}

uint64_t BlobStream::append(const PackedFrame& frame, uint64_t tar_size) {
  const uint64_t begin = size();
  write(frame.bytes);
  skip_frame(frame.crc, tar_size);
  return begin;
}

void BlobStream::note_contents(std::span<const std::byte> tar, std::span<const TarPart> parts,
                               uint64_t begin, const WholeFile& whole) {
  if (auto* estargz = std::get_if<EstargzToc>(&toc_)) estargz->add(parts, begin, whole);
  if (auto* chunked = std::get_if<ChunkedToc>(&toc_)) chunked->add(tar, parts, begin, whole);
}

void BlobStream::end_toc(const Sha256State& tar, WrittenLayer& layer) {
  if (auto* estargz = std::get_if<EstargzToc>(&toc_)) append_estargz_toc(*estargz, tar, layer);
  if (auto* chunked = std::get_if<ChunkedToc>(&toc_)) append_chunked_toc(*chunked, layer);
}

void BlobStream::append_estargz_toc(EstargzToc& toc, const Sha256State& tar, WrittenLayer& layer) {
  const std::string text = toc.finish();
  const std::span<const std::byte> end = std::as_bytes(std::span(text));
  Sha256 tar_hash(tar);
  tar_hash.update(end);
  layer.diff_id = DiffId{tar_hash.finish()};
  layer.toc_digest = toc.digest();
  const uint64_t member = size();
  GzipCompressor compressor(compression_.level);
  std::vector<std::byte> packed(compressor.member_bound(end.size()));
  packed.resize(compressor.compress_member(end, packed));
  write(packed);
  tar_size_ += end.size();
  write(estargz_footer(member));
}

void BlobStream::append_chunked_toc(ChunkedToc& toc, WrittenLayer& layer) {
  write(toc.finish(size()));
  layer.toc_digest = toc.digest();
  layer.places = toc.places();
}

Digest BlobStream::finish(const DiffId& diff_id) {
  if (is_one_member()) write(splice_.trailer());
  return compression_.codec == Codec::kNone ? diff_id.digest : hash_.finish();
}

}  // namespace layer
