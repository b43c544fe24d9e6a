// Reads files with open, fstat and preadv, and asks for leases to find writers.
#include "layer/disk/file_reader.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "layer/base/error.h"

namespace layer {
namespace {

// O_NONBLOCK: to open a FIFO must not wait for its writer.
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
constexpr std::string_view kFileChanged = "changed while it was being read";
constexpr std::string_view kFileChangedHelp = "build again, and let nothing write to it meanwhile";

// A file that is too young so many times in a row is being written to all the while.
constexpr int kMaxWaits = 20;

FileHandle open_input(std::string_view path, const PathCursor::Place& place) {
  FileHandle file = try_open_input(place);
  if (!file) throw system_error(path, "cannot open", errno);
  return file;
}

}  // namespace

FileHandle try_open_input(const PathCursor::Place& place) {
  return try_open_at(place.directory, place.name, kReadFlags);
}

FileReader::FileReader(std::string_view path)
    : path_(path), file_(open_or_throw(std::string(path), kReadFlags)) {
  stamp();  // refuses what is no regular file
}

FileReader::FileReader(std::string_view path, const PathCursor::Place& place)
    : path_(path), file_(open_input(path, place)) {}

Stamp FileReader::stamp() const {
  struct stat status = {};
  if (fstat(file_.get(), &status) != 0) throw system_error(path_, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) throw Error({std::string(path_)}, "is not a regular file");
  return stamp_of(status);
}

Stamp FileReader::settled_stamp() const {
  for (int waits = 0; waits < kMaxWaits; ++waits) {
    const int64_t clock = file_clock();
    const Stamp now = stamp();
    const int64_t wait = time_until_settled(now, clock);
    if (wait <= 0) return now;
    std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
  }
  throw_changed(path_);
}

int64_t FileReader::birth() const {
  struct statx status = {};
  const int failed = statx(file_.get(), "", AT_EMPTY_PATH, STATX_BTIME, &status);
  if (failed != 0 || (status.stx_mask & STATX_BTIME) == 0) return 0;
  return status.stx_btime.tv_sec * 1'000'000'000 + status.stx_btime.tv_nsec;
}

bool FileReader::may_be_written(const Stamp& stamp) const {
  // Disks have a major number. Memory has none, and nothing is ever brought from it to a disk.
  const bool is_on_disk = major(stamp.device) != 0;
  const bool is_old = std::max(stamp.mtime, stamp.ctime) < file_clock() - kPagesWrittenBack;
  if (is_on_disk && is_old) return false;
  // Whoever opens the file for writing while there is a lease waits until it is given back, and the
  // holder gets a signal: one that is ignored unless somebody wants it.
  if (fcntl(file_.get(), F_SETSIG, SIGURG) != 0) return false;
  if (fcntl(file_.get(), F_SETLEASE, F_RDLCK) == 0) {
    fcntl(file_.get(), F_SETLEASE, F_UNLCK);
    return false;
  }
  if (errno != EAGAIN) return false;
  // NFS says the same of any file that its server gave no delegation for.
  struct statfs status = {};
  return fstatfs(file_.get(), &status) != 0 || status.f_type != NFS_SUPER_MAGIC;
}

size_t FileReader::read(std::span<std::byte> buffer) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const size_t got = read_next(file_.get(), buffer.subspan(filled), path_);
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

// A FIFO cannot be read at an offset, nor a directory at all: that is what is wrong then.
void FileReader::throw_unreadable(int fault) const {
  stamp();
  throw system_error(path_, "cannot read", fault);
}

size_t FileReader::read_at(uint64_t offset, std::span<std::byte> buffer) const {
  std::byte more{};
  size_t done = 0;
  while (done <= buffer.size()) {
    const std::array<iovec, 2> parts = {
        {{buffer.data() + done, buffer.size() - done}, {&more, sizeof more}}};
    const ssize_t got = preadv(file_.get(), parts.data(), static_cast<int>(parts.size()),
                               static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_unreadable(errno);
    done += static_cast<size_t>(got);
    // The file's end, which a regular file has where it gives less than it is asked for.
    if (got == 0 || done == buffer.size()) break;
  }
  return done;
}

bool is_as_looked_at(const Stamp& look, const Stamp& now) {
  return is_same_content(look, now) && (look.ctime == now.ctime || look.ctime == kNotSettled);
}

void check_unchanged(std::string_view path, const Stamp& look, const Stamp& now) {
  if (look.size != now.size) throw_resized(path, look.size, now.size);
  if (!is_same_content(look, now)) throw_changed(path);
}

void throw_changed(std::string_view path) {
  throw Error({std::string(path)}, std::string(kFileChanged))
      .with_help(std::string(kFileChangedHelp));
}

void throw_resized(std::string_view path, uint64_t planned, uint64_t found) {
  throw Error({std::string(path)},
              fmt::format("{}: {} bytes were planned, {} found", kFileChanged, planned, found))
      .with_help(std::string(kFileChangedHelp));
}

void throw_longer(std::string_view path, uint64_t size, const FileReader& reader) {
  if (const uint64_t now = reader.stamp().size; now != size) throw_resized(path, size, now);
  throw Error({std::string(path)},
              fmt::format("holds more than {} bytes, the size that the file system states", size))
      .with_help("copy its content into a regular file: files in /proc state no size");
}

}  // namespace layer
