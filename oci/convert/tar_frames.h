// Cuts the tar of a layer that exists into frames, as if veneer wrote it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "layer/write/frames.h"
#include "oci/read/decompress.h"
#include "oci/read/stored_image.h"
#include "oci/read/tar_scan.h"

namespace oci {

// Reads a layer once, from its start to its end. Memory does not grow with the layer. What it is
// given outlives it. Throws Error for a blob that is damaged or has not the digest that its image
// states, for a tar that engines refuse, and for more than `budget`.
class TarFrames {
 public:
  TarFrames(const ImageLayer& layer, layer::Compression target, UnpackBudget& budget);

  // Replaces the content of the vector by the next frame; false if there is none. There is at least
  // one. The frames of a tar that veneer wrote are those of layer::cut_frames(); a tar's end, and
  // what follows it, belongs to the last frames.
  bool next(std::vector<std::byte>& tar);

  // How many bytes of the blob were read.
  uint64_t position() const { return plain_.position(); }

 private:
  bool fill();
  bool take_piece(std::vector<std::byte>& tar);
  bool take_entry(std::vector<std::byte>& tar);
  void append(size_t size, std::vector<std::byte>& tar);

  const ImageLayer& layer_;
  const uint64_t maximum_;  // of a frame
  layer::FrameCutter cutter_;
  PlainStream plain_;
  TarScan scan_;
  std::span<const std::byte> rest_;  // of the stream's current piece
  std::vector<std::byte> begun_;     // the next frame's first bytes
  std::vector<std::byte> head_;      // of the tar, until it is known to be one
  uint64_t large_left_ = 0;          // bytes of the large file that is being read
  uint64_t piece_left_ = 0;
  bool ends_large_ = false;  // what is read are the last bytes of a large file
  bool is_complete_ = false;
};

}  // namespace oci
