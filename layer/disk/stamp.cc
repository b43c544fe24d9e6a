// Times of files, compared with the clock's tick.
#include "layer/disk/stamp.h"

#include <algorithm>

namespace layer {
namespace {

constexpr int64_t kTick = 50'000'000;
constexpr int64_t kCoarseTick = 2 * kNanosecondsPerSecond;
constexpr int64_t kShortestWait = 1'000'000;
constexpr int64_t kWriteTime = 10'000'000;  // for a tick, and for a writer that has to wait
constexpr int64_t kWriteTimeOfByte = 10;    // at a tenth of what a slow machine copies

bool is_older_than_tick(int64_t time, int64_t now) {
  return time < now - (time % kNanosecondsPerSecond == 0 ? kCoarseTick : kTick);
}

}  // namespace

int64_t nanoseconds_of(const timespec& time) {
  const auto seconds = static_cast<uint64_t>(time.tv_sec);
  return static_cast<int64_t>(seconds * uint64_t{kNanosecondsPerSecond} +
                              static_cast<uint64_t>(time.tv_nsec));
}

Stamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size),
          nanoseconds_of(status.st_mtim), nanoseconds_of(status.st_ctim)};
}

int64_t file_clock() {
  timespec now = {};
  // What the kernel stamps with; it cannot fail. A stamp may be finer, never younger than the next
  // tick.
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return nanoseconds_of(now);
}

Stamp look_of(const struct stat& status, int64_t clock) {
  Stamp stamp = stamp_of(status);
  if (!is_older_than_tick(stamp.ctime, clock)) stamp.ctime = kNotSettled;
  return stamp;
}

// A call of write(2) stamps the file first and copies after, so that a large one may still be copying
// while the clock ticks. One of both times is enough: a write changes both.
int64_t time_until_settled(const Stamp& stamp, int64_t clock) {
  const int64_t older = std::min(stamp.mtime, stamp.ctime);
  if (older > clock + kTick) return 0;
  const auto copying =
      static_cast<int64_t>(std::min<uint64_t>(stamp.size, kTick / kWriteTimeOfByte));
  const int64_t margin = std::min(kTick, kWriteTime + copying * kWriteTimeOfByte);
  const int64_t end = older + (older % kNanosecondsPerSecond == 0 ? kCoarseTick : margin);
  return end < clock ? 0 : std::max(end - clock, kShortestWait);
}

bool is_same_content(const Stamp& a, const Stamp& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size && a.mtime == b.mtime;
}

bool is_settled(const Stamp& stamp, int64_t now) {
  return is_older_than_tick(stamp.mtime, now) && is_older_than_tick(stamp.ctime, now);
}

}  // namespace layer
