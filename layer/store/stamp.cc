// Times of files, compared with the clock's tick.
#include "layer/store/stamp.h"

namespace layer {
namespace {

constexpr int64_t kTick = 50'000'000;
constexpr int64_t kCoarseTick = 2 * kNanosecondsPerSecond;

int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

bool is_older_than_tick(int64_t time, int64_t now) {
  return time < now - (time % kNanosecondsPerSecond == 0 ? kCoarseTick : kTick);
}

}  // namespace

Stamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size),
          nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

bool is_same_content(const Stamp& a, const Stamp& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size && a.mtime == b.mtime;
}

bool is_settled(const Stamp& stamp, int64_t now) {
  return is_older_than_tick(stamp.mtime, now) && is_older_than_tick(stamp.ctime, now);
}

}  // namespace layer
