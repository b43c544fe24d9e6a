// One blob being written: frames in, file and digests out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "layer/base/digest.h"
#include "layer/disk/output_file.h"
#include "layer/write/codec.h"
#include "layer/write/gzip.h"

namespace layer {

class BlobStream {
 public:
  // Writes what stands before the first frame. `file` outlives this.
  BlobStream(Compression compression, OutputFile& file);

  // Takes over the first `size` bytes of frames, as they stand in another blob of the same
  // compression. May be called several times, then resume().
  void copy_frames(int fd, uint64_t offset, uint64_t size) { file_.copy_from(fd, offset, size); }
  // What a frame that was taken over adds to the trailer.
  void skip_frame(uint32_t crc, uint64_t tar_size);
  // The state behind the frames that were taken over.
  void resume(const Sha256State& packed) { hash_ = Sha256(packed); }

  void append(const PackedFrame& frame, uint64_t tar_size);

  uint64_t size() const { return file_.size() - begin_; }
  uint64_t tar_size() const { return tar_size_; }
  // Of the bytes up to here; without a codec the blob is the tar, and this stays the first state.
  Sha256State state() const { return hash_.state(); }

  // Writes what stands behind the last frame; the blob's digest. Call once.
  Digest finish(const DiffId& diff_id);

 private:
  void write(std::span<const std::byte> bytes);

  const Codec codec_;
  OutputFile& file_;
  const uint64_t begin_;
  Sha256 hash_;
  GzipSplice splice_;
  uint64_t tar_size_ = 0;
};

}  // namespace layer
