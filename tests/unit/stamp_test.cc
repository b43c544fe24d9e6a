// When a stamp is certain to change with its file.
#include "layer/disk/stamp.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdint>

namespace layer::stamp_test {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kNow = 1'700'000'000 * kSecond;

TEST_CASE("stamps: one that is taken too soon has no change time, and is waited for") {
  struct stat status = {};
  status.st_size = 1000;
  status.st_mtim = {1'600'000'000, 5};
  status.st_ctim = {1'700'000'000, 20'000'000};
  const int64_t changed = kNow + 20'000'000;
  CHECK(look_of(status, changed + 60'000'000).ctime == changed);
  CHECK(look_of(status, changed + 40'000'000).ctime == kNotSettled);
  // Of two times that a write changes one is enough.
  CHECK(time_until_settled(stamp_of(status), changed) == 0);
  status.st_mtim = status.st_ctim;
  const Stamp young = stamp_of(status);
  CHECK(time_until_settled(young, changed) == 10'010'000);
  CHECK(time_until_settled(young, changed + 9'999'999) == 1'000'000);
  CHECK(time_until_settled(young, changed + 10'010'001) == 0);
  CHECK(time_until_settled({1, 2, 1 << 30, changed, changed}, changed) == 50'000'000);
  CHECK(time_until_settled({1, 2, 3, kNow, kNow}, kNow) == 2 * kSecond);
  CHECK(time_until_settled({1, 2, 3, kNow + kSecond, kNow + kSecond}, kNow) == 0);
}

TEST_CASE("stamps: settled once the clock that stamps files has surely ticked since") {
  const struct Case {
    int64_t mtime;
    int64_t ctime;
    bool settled;
  } cases[] = {
      {kNow - 60'000'001, kNow - 60'000'001, true},
      {kNow - 49'000'001, kNow - 60'000'001, false},
      {kNow - 60'000'001, kNow - 49'000'001, false},
      {kNow + 1, kNow - 60'000'001, false},
      // Whole seconds: a file system that may keep no more.
      {kNow - kSecond, kNow - 60'000'001, false},
      {kNow - 2 * kSecond, kNow - 60'000'001, false},
      {kNow - 3 * kSecond, kNow - 60'000'001, true},
      {kNow - 3 * kSecond, kNow - kSecond, false},
  };
  for (const Case& test : cases) {
    CAPTURE(kNow - test.mtime);
    CAPTURE(kNow - test.ctime);
    CHECK(is_settled({1, 2, 3, test.mtime, test.ctime}, kNow) == test.settled);
  }
}

}  // namespace
}  // namespace layer::stamp_test
