// What of killed processes is removed, and what never is.
#include "layer/disk/stale_temporaries.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "layer/disk/file_handle.h"
#include "layer/disk/output_file.h"
#include "layer/disk/temporary_path.h"
#include "temporary_directory.h"

namespace layer::stale_temporaries_test {
namespace {

constexpr int64_t kMinute = 60 * kNanosecondsPerSecond;

std::vector<std::string> names_in(const TemporaryDirectory& folder) {
  std::vector<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(item.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST_CASE("stale temporaries: what killed processes left goes, once it is old") {
  const TemporaryDirectory folder;
  folder.write(".veneer-1-0", "half a file");
  folder.write(".veneer-1-dir-abcdef/blobs/sha256/.veneer-1-0", "half a layout");
  remove_stale_temporaries(folder.path());
  CHECK(names_in(folder).size() == 2);
  remove_stale_temporaries(folder.path(), file_clock() + 9 * kMinute);
  CHECK(names_in(folder).size() == 2);
  remove_stale_temporaries(folder.path(), file_clock() + 11 * kMinute);
  CHECK(names_in(folder).empty());
}

TEST_CASE("stale temporaries: what is not known for one stays") {
  const TemporaryDirectory folder;
  folder.write("target", "");
  folder.write(".veneer-config", "");
  folder.write(".veneer-1-dir-backups/x", "");
  folder.write("index", "");
  REQUIRE(::symlink("target", (folder / ".veneer-1-0").c_str()) == 0);
  REQUIRE(::mkfifo((folder / ".veneer-1-1").c_str(), 0600) == 0);
  const std::vector<std::string> before = names_in(folder);
  remove_stale_temporaries(folder.path(), file_clock() + 11 * kMinute);
  CHECK(names_in(folder) == before);
}

TEST_CASE("stale temporaries: what is in use stays, however old it is") {
  const TemporaryDirectory folder;
  folder.write("out", "what was there");
  OutputFile file(folder.path());
  const TemporaryName scratch = make_temporary_directory(folder.path(), "place", "fails");
  // As commit() does for a moment, and as a file system does that has no files without a name.
  const std::string name = folder / ".veneer-1-0";
  REQUIRE(::linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(file.fd())).c_str(), AT_FDCWD,
                   name.c_str(), AT_SYMLINK_FOLLOW) == 0);
  remove_stale_temporaries(folder.path(), file_clock() + 11 * kMinute);
  CHECK(names_in(folder).size() == 3);
  file.commit(folder / "out");
  remove_stale_temporaries(folder.path(), file_clock() + 11 * kMinute);
  CHECK(names_in(folder).size() == 2);
}

TEST_CASE("stale temporaries: a directory is usable by its owner under every umask") {
  const TemporaryDirectory folder;
  const mode_t before = ::umask(0777);
  const TemporaryName made = make_temporary_directory(folder.path(), "place", "fails");
  ::umask(before);
  struct stat status = {};
  REQUIRE(::stat(made.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0700);
}

}  // namespace
}  // namespace layer::stale_temporaries_test
