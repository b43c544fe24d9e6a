// What is on a disk alone is brought into memory.
#include "layer/disk/read_ahead.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "layer/disk/file_handle.h"
#include "layer/write/frame_tar.h"
#include "layer/write/frames.h"
#include "temporary_directory.h"

namespace layer::read_ahead_test {
namespace {

constexpr size_t kSize = size_t{4} << 20;

bool is_in_memory(const std::string& path) {
  const FileHandle file = open_or_throw(path, O_RDONLY);
  void* const map = mmap(nullptr, kSize, PROT_READ, MAP_SHARED, file.get(), 0);
  REQUIRE(map != MAP_FAILED);
  std::vector<unsigned char> pages(kSize / static_cast<size_t>(sysconf(_SC_PAGESIZE)));
  REQUIRE(mincore(map, kSize, pages.data()) == 0);
  REQUIRE(munmap(map, kSize) == 0);
  return std::ranges::all_of(pages, [](unsigned char page) { return (page & 1) != 0; });
}

bool comes_into_memory(const std::string& path) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_in_memory(path)) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// False if the file system is memory.
bool leave_on_disk(const std::string& path) {
  const FileHandle file = open_or_throw(path, O_RDONLY);
  REQUIRE(fsync(file.get()) == 0);
  REQUIRE(posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED) == 0);
  return !is_in_memory(path);
}

// Not so of some network file systems.
bool counts_disk_reads(const std::string& path) {
  const FileHandle file = open_or_throw(path, O_RDONLY);
  std::vector<std::byte> content(kSize);
  const DiskReads reads;
  REQUIRE(read_fully(file.get(), 0, content, path) == kSize);
  return reads.any();
}

TEST_CASE("read ahead: a file comes into memory, and is known to have been on a disk") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", std::string(kSize, 'x'));
  if (!leave_on_disk(path) || !counts_disk_reads(path) || !leave_on_disk(path)) return;
  const FileHandle file = open_or_throw(path, O_RDONLY);
  const DiskReads first;
  CHECK_FALSE(first.any());
  read_ahead(file.get(), 0, kSize);
  CHECK(first.any());
  CHECK(comes_into_memory(path));
  const DiskReads second;
  read_ahead(file.get(), 0, kSize);
  CHECK_FALSE(second.any());
}

TEST_CASE("read ahead: all files of a frame, but those that are gone") {
  const TemporaryDirectory directory;
  const std::string one = directory.write("one", std::string(kSize, 'x'));
  const std::string two = directory.write("two", std::string(kSize, 'y'));
  const std::string gone = directory / "gone";
  LayerPlan plan;
  for (const auto& [path, source] :
       {std::pair{"srv/1", &one}, std::pair{"srv/2", &gone}, std::pair{"srv/3", &two}}) {
    TarEntry entry;
    entry.path = path;
    entry.content = *source;
    entry.size = kSize;
    plan.entries.push_back(entry);
  }
  // One frame with all files, and frames with a piece each.
  for (const uint64_t maximum : {uint64_t{64} << 20, uint64_t{1} << 20}) {
    if (!leave_on_disk(one) || !leave_on_disk(two)) return;
    for (const Frame& frame : cut_frames(plan, {maximum})) read_frame_ahead(plan, frame);
    CHECK(comes_into_memory(one));
    CHECK(comes_into_memory(two));
  }
}

}  // namespace
}  // namespace layer::read_ahead_test
