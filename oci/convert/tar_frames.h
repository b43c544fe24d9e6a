// Cuts the tar of a layer that exists into frames, as if veneer wrote it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "layer/write/frames.h"
#include "layer/write/stream_writer.h"
#include "oci/read/decompress.h"
#include "oci/read/stored_image.h"
#include "oci/tar/tar_scan.h"

namespace oci {

// Reads a layer once, from its start to its end. Memory does not grow with the layer. What it is
// given outlives it. Throws Error for a blob that is damaged or has not the digest that its image
// states, for a tar that engines refuse, for more than `budget` and, if the layer gets a table of
// contents, for entries that the table cannot state.
// Entries keep their order and their bytes. For eStargz, a table that the tar has already is left
// out, and so are the tar's end and what follows it. If the layer has no table yet, a landmark comes
// first, which says that nothing is to be fetched in advance. Then the diff id is checked here.
class TarFrames {
 public:
  TarFrames(const ImageLayer& layer, layer::Compression target, UnpackBudget& budget);

  // Replaces the frame by the next one; false if there is none. There is at least one. The frames of
  // a tar that veneer wrote are those of layer::cut_frames(); a tar's end, and what follows it,
  // belongs to the last frames.
  bool next(layer::TarFrame& frame);

  // How many bytes of the blob were read.
  uint64_t position() const { return plain_.position(); }

 private:
  bool fill();
  bool skip();
  bool take_piece(layer::TarFrame& frame);
  bool take_entry(layer::TarFrame& frame);
  void append(size_t size, layer::TarFrame& frame);
  void add_parts(const TarScan::Entry& entry, size_t header, layer::TarFrame& frame);
  void split(size_t end, layer::TarFrame& frame);
  void add_landmark();
  bool is_left_out(const TarScan::Entry& entry) const;
  void finish();

  const ImageLayer& layer_;
  const layer::Compression target_;
  const bool is_estargz_;
  const bool adds_landmark_;
  const uint64_t maximum_;  // of a frame
  layer::FrameCutter cutter_;
  PlainStream plain_;
  TarScan scan_;
  layer::Sha256 hash_;               // of the plain bytes, for eStargz
  std::span<const std::byte> rest_;  // of the stream's current piece
  layer::TarFrame begun_;            // the next frame's start
  std::vector<std::byte> head_;      // of the tar, until it is known to be one
  uint64_t entry_left_ = 0;          // bytes of the entry behind its header, with padding
  uint64_t padding_ = 0;             // of these
  uint64_t left_out_ = 0;            // the same, of an entry that is left out
  size_t headless_ = 0;              // bytes behind an entry that are not known yet to be a header
  uint64_t large_size_ = 0;          // of the large file that is being read
  uint64_t large_left_ = 0;
  uint64_t piece_left_ = 0;
  bool ends_large_ = false;  // what is read are the last bytes of a large file
  bool is_complete_ = false;
};

}  // namespace oci
