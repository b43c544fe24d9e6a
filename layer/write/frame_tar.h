// Builds the tar bytes of one frame, from the plan and the files it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "layer/disk/stamp.h"
#include "layer/model/plan.h"
#include "layer/write/frames.h"

namespace layer {

// Identifies the file that a piece was read from.
struct PieceSource {
  Stamp stamp;
  int64_t birth = 0;  // FileReader::birth(); 0: not known
};

// Whether two pieces are of the same file, and nothing was written to it between them.
bool is_same_source(const PieceSource& a, const PieceSource& b);

// Whether a store is to recognise the frame later by the stamps of its files.
enum class FrameUse : uint8_t { kOnce, kAgain };

// What was found while a frame's files were read.
struct FrameSources {
  std::optional<PieceSource> large;  // the large file that the frame is a piece of
  bool as_planned = true;            // each file had its planned stamp
  bool may_be_written = false;       // FileReader::may_be_written() of one; only with kAgain
};

// Reads the files of a frame straight into `out`, which has frame.tar_size bytes, and adds headers,
// padding and end blocks. Throws Error if a file cannot be read, is not regular, is not the one
// that was planned, or changes meanwhile. Safe to call from several threads.
FrameSources build_frame_tar(const LayerPlan& plan, const Frame& frame, FrameUse use,
                             std::span<std::byte> out);

// Begins to read the files of a frame into memory, without waiting for it: build_frame_tar() is then
// quick. What is wrong with a file is left to that function.
void read_frame_ahead(const LayerPlan& plan, const Frame& frame);

// The entry that a hardlink leads to. Throws std::logic_error unless it is an earlier file.
const TarEntry& hardlink_target(const LayerPlan& plan, const TarEntry& link);

}  // namespace layer
