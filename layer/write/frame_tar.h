// The tar bytes of one frame, from the plan and the files it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "layer/disk/stamp.h"
#include "layer/model/plan.h"
#include "layer/write/frames.h"

namespace layer {

// Which file a piece was read from.
struct PieceSource {
  Stamp stamp;
  int64_t birth = 0;  // FileReader::birth(); 0: not known
};

// Whether nothing was written to a file between two of its pieces.
bool is_same_source(const PieceSource& a, const PieceSource& b);

// Whether a store is to know the frame again by its files' stamps.
enum class FrameUse : uint8_t { kOnce, kAgain };

// What was found out while reading a frame's files.
struct FrameSources {
  std::optional<PieceSource> large;  // the file that the frame is a piece of
  bool as_planned = true;            // each had the stamp that it was planned with
  bool may_be_written = false;       // one may, without a trace in its stamp; asked for kAgain
};

// Reads the files of a frame straight into `out`, which has frame.tar_size bytes, and puts headers,
// padding and end blocks around them. Throws Error if a file cannot be read, is not regular, is
// another than the one that was planned, or changes meanwhile. Safe to call from several threads.
FrameSources build_frame_tar(const LayerPlan& plan, const Frame& frame, FrameUse use,
                             std::span<std::byte> out);

// The entry that a hardlink leads to. Throws std::logic_error unless it is an earlier file.
const TarEntry& hardlink_target(const LayerPlan& plan, const TarEntry& link);

}  // namespace layer
