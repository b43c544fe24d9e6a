// What is at a path, and what nobody can tell.
#include "layer/disk/look_at.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <string>

#include "layer/base/error.h"
#include "layer/disk/stamp.h"
#include "temporary_directory.h"

namespace layer::look_at_test {
namespace {

constexpr uid_t kNobody = 65534;

// tmpfs keeps any. A sanitizer tells an overflow.
TEST_CASE("look at: times that nanoseconds cannot hold differ still") {
  struct stat first = {};
  first.st_mtim.tv_sec = std::numeric_limits<time_t>::max();
  struct stat second = first;
  CHECK(is_same_content(stamp_of(first), stamp_of(second)));
  --second.st_mtim.tv_sec;
  CHECK_FALSE(is_same_content(stamp_of(first), stamp_of(second)));
  second.st_mtim.tv_sec = std::numeric_limits<time_t>::min();
  CHECK_FALSE(is_same_content(stamp_of(first), stamp_of(second)));
}

TEST_CASE("look at: links are followed, and what leads nowhere is nothing") {
  const TemporaryDirectory folder;
  folder.write("file", "");
  folder.link("to-file", "file");
  folder.link("to-folder", ".");
  folder.link("dangling", "nowhere");
  folder.link("loop", "loop");
  CHECK(look_at(folder / "to-file") == DiskType::kFile);
  CHECK(look_at(folder / "to-folder") == DiskType::kDirectory);
  CHECK(look_at("/dev/null") == DiskType::kOther);
  for (const std::string& name :
       {std::string("none"), std::string("file/below"), std::string("dangling"),
        std::string("loop"), std::string(300, 'n')}) {
    CAPTURE(name);
    CHECK_FALSE(is_there(folder / name));
  }
}

TEST_CASE("look at: what may not be looked at is not nothing") {
  const TemporaryDirectory folder;
  folder.write("closed/file", "");
  const std::string closed = folder / "closed";
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(chmod(closed.c_str(), 0) == 0);
  const bool is_root = geteuid() == 0;
  if (is_root) REQUIRE(seteuid(kNobody) == 0);
  const std::string message = folder.error_of([&] { is_there(folder / "closed/file"); });
  if (is_root) REQUIRE(seteuid(0) == 0);
  REQUIRE(chmod(closed.c_str(), 0755) == 0);
  CHECK(message == "$/closed/file: error: cannot look at: Permission denied\n");
}

}  // namespace
}  // namespace layer::look_at_test
