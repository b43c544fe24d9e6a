// Stamps: a file's identity, size and times, which stand for its content without reading it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <ctime>

namespace layer {

inline constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

// The same time in nanoseconds. A file system may hold times that are more than 292 years away.
// These wrap, and differ still.
int64_t nanoseconds_of(const timespec& time);

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

// In place of a change time: the stamp was taken so soon after the last write (within a clock tick)
// that a later write may leave the times as they are. No real file has this time.
inline constexpr int64_t kNotSettled = INT64_MAX;

// The clock that the kernel stamps files with, in nanoseconds since the epoch.
int64_t file_clock();

// The stamp of a file whose `status` was read after file_clock() returned `clock`. Its change time
// is kNotSettled if the file changed less than 50 ms before `clock` (see is_settled()).
Stamp look_of(const struct stat& status, int64_t clock);

// How many nanoseconds to wait, after `stamp` was taken at `clock` or later, until the last write
// to the file is complete and every later write will change the stamp; 0 for no wait. At most 50
// ms, depending on the file's size, or 2 s if its times have no nanoseconds. Times in the future
// are not waited for.
int64_t time_until_settled(const Stamp& stamp, int64_t clock);

// Whether the stamps are equal except perhaps for the change time, which a new hardlink to the file
// changes too.
bool is_same_content(const Stamp& a, const Stamp& b);

// Whether every later write is certain to change the stamp, which was taken at `now` or later. Two
// writes within one tick of the kernel's clock leave the same times, so a stamp that young may
// stand for two contents. Linux ticks every 1 to 10 ms, so 50 ms are safe. Times without
// nanoseconds come from file systems that keep whole seconds (FAT: every two), so 2 s are needed
// then. A stamp with a time in the future is never settled.
bool is_settled(const Stamp& stamp, int64_t now);

}  // namespace layer
