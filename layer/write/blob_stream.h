// Writes one blob: takes compressed frames, gives the file and its digest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "layer/base/digest.h"
#include "layer/disk/output_file.h"
#include "layer/toc/zstd_chunked.h"
#include "layer/write/codec.h"
#include "layer/write/estargz.h"
#include "layer/write/gzip.h"

namespace layer {

class BlobStream {
 public:
  // Begins a blob in `file`, which must outlive this object, with what precedes the first frame.
  BlobStream(Compression compression, OutputFile& file);

  // Copies the blob's first frames, `size` bytes, from another blob of the same compression. May be
  // called several times; then call skip_frame() for each frame, and resume().
  void copy_frames(int fd, uint64_t offset, uint64_t size) { file_.copy_from(fd, offset, size); }
  // Accounts for one copied frame in the trailer and in tar_size().
  void skip_frame(uint32_t crc, uint64_t tar_size);
  // Sets the hash's state after the copied frames.
  void resume(const Sha256State& packed) { hash_ = Sha256(packed); }

  // Appends a frame; returns where its compressed bytes begin.
  uint64_t append(const PackedFrame& frame, uint64_t tar_size);
  // Notes in the blob's table of contents, if it gets one, what is in a frame that begins at `begin`;
  // `whole` is what WholeFileHash has found in it. Throws Error if the table becomes too large.
  void note_contents(std::span<const std::byte> tar, std::span<const TarPart> parts, uint64_t begin,
                     const WholeFile& whole);
  // Appends the table, if there is one, after the last frame, and sets what the layer says of it.
  // That of eStargz ends the tar, so its diff id is set, too; `tar` is the state of the hash of the
  // tar before that.
  void end_toc(const Sha256State& tar, WrittenLayer& layer);

  uint64_t size() const { return file_.size() - begin_; }
  uint64_t tar_size() const { return tar_size_; }
  // The hash's state after the bytes so far. Without a codec the blob is the tar itself, nothing is
  // hashed here, and the state stays the initial one.
  Sha256State state() const { return hash_.state(); }

  // Writes what follows the last frame, and returns the blob's digest. Call once.
  Digest finish(const DiffId& diff_id);

 private:
  void write(std::span<const std::byte> bytes);
  // Whether the blob is one gzip member, and its frames parts of that.
  bool is_one_member() const {
    return compression_.codec == Codec::kGzip && compression_.format == LayerFormat::kTar;
  }

  void append_estargz_toc(EstargzToc& toc, const Sha256State& tar, WrittenLayer& layer);
  void append_chunked_toc(ChunkedToc& toc, WrittenLayer& layer);

  const Compression compression_;
  OutputFile& file_;
  const uint64_t begin_;
  Sha256 hash_;
  GzipSplice splice_;
  uint64_t tar_size_ = 0;
  std::variant<std::monostate, EstargzToc, ChunkedToc> toc_;
};

}  // namespace layer
