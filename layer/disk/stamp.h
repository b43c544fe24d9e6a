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

// The change time of a stamp that was taken within the tick of the clock in which the file was last
// written to: a later write may leave its times as they are. No file has it.
inline constexpr int64_t kNotSettled = INT64_MAX;

// What the clock that stamps files says, in nanoseconds since the epoch.
int64_t file_clock();

// The stamp of a file that was looked at after `clock`, which file_clock() said; its change time is
// kNotSettled if it was changed less than 50 ms before that, see is_settled().
Stamp look_of(const struct stat& status, int64_t clock);

// How long to wait, in nanoseconds, until what was last written to a file is all there, and every
// later write shows in its stamp, which was taken after file_clock() said `clock`; 0: not at all. At
// most 50 ms, by its size; 2 s if its times have no nanoseconds. Times in the future are not waited
// for.
int64_t time_until_settled(const Stamp& stamp, int64_t clock);

// Equal but perhaps for the change time, which a link made to a file elsewhere changes too.
bool is_same_content(const Stamp& a, const Stamp& b);

// Whether every later write will show in the stamp, which was taken at `now` or later. A write
// within one tick of the clock that stamps files leaves the times as they were, so a stamp that
// young may stand for two contents. Linux stamps by a clock that ticks every 1 to 10 ms: 50 ms are
// safe. Times without nanoseconds come from file systems that keep seconds, FAT even keeps two: then
// 2 s. Times in the future are never settled.
bool is_settled(const Stamp& stamp, int64_t now);

}  // namespace layer
