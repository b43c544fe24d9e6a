// The tar bytes of one frame, from the plan and the files it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "layer/plan/plan.h"
#include "layer/write/frames.h"

namespace layer {

// Tells whether a file stayed what it was. The change time is left out: linking a file elsewhere
// changes it.
struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime_seconds = 0;
  int64_t mtime_nanoseconds = 0;

  bool operator==(const FileStamp&) const = default;
};

// Reads the files of a frame straight into `out`, which has frame.tar_size bytes, and puts headers,
// padding and end blocks around them. The result is the stamp of the large file that the frame is a
// piece of. Throws Error if a file cannot be read, is not regular, has another size than planned,
// or changes meanwhile. Safe to call from several threads.
std::optional<FileStamp> build_frame_tar(const LayerPlan& plan, const Frame& frame,
                                         std::span<std::byte> out);

// The error for a file that was not the same in all its pieces.
[[noreturn]] void throw_changed(std::string_view path);

}  // namespace layer
