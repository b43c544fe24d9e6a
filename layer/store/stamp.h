// What stands for a file's content without reading it: its identity, size and times.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace layer {

inline constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

// Times are nanoseconds since the epoch.
struct Stamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime = 0;
  int64_t ctime = 0;

  bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const struct stat& status);

// Equal but perhaps for the change time, which a link made to a file elsewhere changes too.
bool is_same_content(const Stamp& a, const Stamp& b);

// Whether every later write will show in the stamp, which was taken at `now` or later. A write
// within one tick of the clock that stamps files leaves the times as they were, so a stamp that
// young may stand for two contents. Linux stamps by a clock that ticks every 1 to 10 ms: 50 ms are
// safe. Times without nanoseconds come from file systems that keep seconds, FAT even keeps two: then
// 2 s. Times in the future are never settled.
bool is_settled(const Stamp& stamp, int64_t now);

}  // namespace layer
