// Writes to a file that has no name until it is complete.
#include "layer/disk/output_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/stale_temporaries.h"
#include "layer/disk/temporary_path.h"

namespace layer {
namespace {

constexpr size_t kCopyBuffer = size_t{256} << 10;

std::string descriptor_path(int fd) {
  return fmt::format("/proc/self/fd/{}", fd);
}

// A file without a name that can be given one later; -1 where that cannot be done.
int open_unnamed(const std::string& directory) {
  const int fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0) return -1;
  // Its name is given through /proc, which a sandbox may lack.
  if (access(descriptor_path(fd).c_str(), F_OK) == 0) return fd;
  close(fd);
  return -1;
}

// A temporary path that nothing is at.
std::string free_path(const std::string& directory) {
  struct stat status = {};
  for (unsigned i = 0;; ++i) {
    std::string path = temporary_path(directory, i);
    if (lstat(path.c_str(), &status) != 0) return path;
  }
}

// False if `path` exists. Messages name `called`.
bool link_descriptor(int fd, const std::string& path, const std::string& called) {
  if (linkat(AT_FDCWD, descriptor_path(fd).c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) ==
      0) {
    return true;
  }
  if (errno == EEXIST) return false;
  throw system_error(called, "cannot create", errno);
}

// Whether copy_file_range cannot do this copy though reading and writing may.
bool needs_fallback(int error_number) {
  switch (error_number) {
    case EXDEV:
    case EINVAL:
    case ENOSYS:
    case EOPNOTSUPP:
    case EPERM:
    case ETXTBSY:
      return true;
    default:
      return false;
  }
}

}  // namespace

OutputFile::OutputFile(OutputFolder folder) : folder_(std::move(folder)) {
  if (folder_.path.empty()) folder_.path = ".";
  fd_ = open_unnamed(folder_.path);
  if (fd_ < 0) open_named();
  hold_temporary(fd_);
}

void OutputFile::open_named() {
  const Undisturbed section;
  for (unsigned i = 0; fd_ < 0; ++i) {
    std::string name = temporary_path(folder_.path, i);
    fd_ = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ >= 0) {
      temporary_ = TemporaryName(std::move(name));
    } else if (errno != EEXIST && errno != EINTR) {
      throw_write_error("cannot create a file in this directory", errno);
    }
  }
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(std::exchange(other.size_, 0)),
      is_shared_(std::exchange(other.is_shared_, false)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(temporary_, other.temporary_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(is_shared_, other.is_shared_);
  return *this;
}

OutputFile OutputFile::share(OutputFolder folder, int fd, Sharing sharing) {
  OutputFile file(std::move(folder));
  struct stat source = {};
  struct stat own = {};
  if (fstat(fd, &source) != 0 || fstat(file.fd_, &own) != 0) {
    file.throw_write_error("cannot stat a file for this directory", errno);
  }
  const auto size = static_cast<uint64_t>(source.st_size);
  if (ioctl(file.fd_, FICLONE, fd) == 0) {
    file.size_ = size;
  } else if (sharing == Sharing::kFile && source.st_dev == own.st_dev && !file.temporary_) {
    const FileHandle unneeded(std::exchange(file.fd_, -1));
    file.fd_ = duplicate(fd, file.called(file.folder_.path)).release();
    file.size_ = size;
    file.is_shared_ = true;
  } else {
    file.copy_from(fd, 0, size);
  }
  return file;
}

const std::string& OutputFile::called(const std::string& path) const {
  return folder_.called.empty() ? path : folder_.called;
}

void OutputFile::throw_write_error(const char* action, int error_number) const {
  Error error = system_error(called(folder_.path), action, error_number);
  const bool is_full = error_number == ENOSPC || error_number == EDQUOT;
  if (!is_full || folder_.help_when_full.empty()) throw error;
  throw std::move(error).with_help(std::string(folder_.help_when_full));
}

void OutputFile::write(std::span<const std::byte> bytes) {
  write_at(size_, bytes);
}

void OutputFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  if (is_shared_) throw std::logic_error("a shared file is written to");
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t put =
        pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_write_error("cannot write a file in this directory", errno);
    done += static_cast<size_t>(put);
  }
  size_ = std::max(size_, offset + bytes.size());
}

void OutputFile::copy_from(int fd, uint64_t offset, uint64_t size) {
  if (is_shared_) throw std::logic_error("a shared file is written to");
  std::unique_ptr<std::byte[]> buffer;  // once the kernel has refused
  while (size > 0) {
    ssize_t got = 0;
    if (!buffer) {
      auto from = static_cast<off_t>(offset);
      auto to = static_cast<off_t>(size_);
      got = copy_file_range(fd, &from, fd_, &to, size, 0);
      if (got < 0 && needs_fallback(errno)) {
        buffer = std::make_unique_for_overwrite<std::byte[]>(kCopyBuffer);
        continue;
      }
      if (got > 0) size_ += static_cast<uint64_t>(got);
    } else {
      got = pread(fd, buffer.get(), std::min<uint64_t>(kCopyBuffer, size),
                  static_cast<off_t>(offset));
      if (got > 0) write({buffer.get(), static_cast<size_t>(got)});
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_write_error("cannot copy into a file in this directory", errno);
    if (got == 0) {
      constexpr const char* kWhy =
          "cannot copy into a file in this directory: {} bytes are missing";
      throw Error({called(folder_.path)}, fmt::format(kWhy, size));
    }
    offset += static_cast<uint64_t>(got);
    size -= static_cast<uint64_t>(got);
  }
}

void OutputFile::truncate(uint64_t size) {
  while (ftruncate(fd_, static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) throw_write_error("cannot truncate a file in this directory", errno);
  }
  size_ = size;
}

// False where the other file cannot have this name: it is on another file system after all, not
// ours (fs.protected_hardlinks), has too many names or has lost its last.
bool OutputFile::try_link_shared(const std::string& path, Undo* undo) {
  try {
    replace(path, undo);
    return true;
  } catch (const Error&) {
    return false;  // the copy that follows reports what is wrong with `path`
  }
}

void OutputFile::commit(const std::string& path, std::optional<mode_t> mode, Undo* undo) {
  if (is_shared_) {
    if (try_link_shared(path, undo)) return;
    OutputFile copy(folder_);
    copy.copy_from(fd_, 0, size_);
    return copy.commit(path, mode, undo);
  }
  if (mode && fchmod(fd_, *mode) != 0) throw_write_error("cannot set the mode of a file", errno);
  check_written(path);
  replace(path, undo);
  release_temporary(fd_);
}

void OutputFile::name_temporarily(const std::string& path) {
  for (unsigned i = 0; !temporary_; ++i) {
    std::string name = temporary_path(folder_.path, i);
    if (link_descriptor(fd_, name, called(path))) temporary_ = TemporaryName(std::move(name));
  }
}

// File systems that write late, such as NFS and FUSE, tell at close(2) that something did not get
// to where it is kept. The file itself stays open: its name is given through its descriptor.
void OutputFile::check_written(const std::string& path) const {
  const int copy = duplicate(fd_, called(path)).release();
  if (close(copy) != 0 && errno != EINTR)
    throw_write_error("cannot write a file in this directory", errno);
}

void OutputFile::replace(const std::string& path, Undo* undo) {
  const Undisturbed section;
  if (!temporary_) {
    // Nothing there: one step, so that not even a kill in between leaves a name behind.
    if (link_descriptor(fd_, path, called(path))) {
      if (undo != nullptr) undo->add([path] { std::filesystem::remove(path); });
      return;
    }
    name_temporarily(path);
  }
  if (undo != nullptr && replace_for_now(path, *undo)) return;
  if (rename(temporary_.path().c_str(), path.c_str()) != 0) {
    throw system_error(called(path), "cannot replace", errno);
  }
  if (undo != nullptr) undo->add([path] { std::filesystem::remove(path); });
  // Between two names of one file, rename(2) does nothing.
  if (is_shared_) {
    temporary_ = {};
  } else {
    temporary_.release();
  }
}

// Keeps what is there under a temporary name for as long as `undo` may need it. False if nothing is
// there.
bool OutputFile::replace_for_now(const std::string& path, Undo& undo) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw system_error(called(path), "cannot replace", EISDIR);
  }
  auto old = std::make_shared<TemporaryName>();
  if (renameat2(AT_FDCWD, temporary_.path().c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) ==
      0) {
    *old = std::move(temporary_);
  } else if (errno == ENOENT) {
    return false;
  } else {
    // A file system that cannot exchange names; and if it has no hardlinks either, nothing has the
    // name for a moment.
    std::string name = free_path(folder_.path);
    const bool has_two = link(path.c_str(), name.c_str()) == 0;
    if (!has_two && rename(path.c_str(), name.c_str()) != 0) {
      throw system_error(called(path), "cannot replace", errno);
    }
    *old = TemporaryName(std::move(name));
    if (rename(temporary_.path().c_str(), path.c_str()) != 0) {
      Error error = system_error(called(path), "cannot replace", errno);
      if (!has_two && rename(old->path().c_str(), path.c_str()) == 0) old->release();
      throw error;
    }
    temporary_.release();
  }
  undo.add([old, path] { std::filesystem::rename(old->path(), path); });
  return true;
}

}  // namespace layer
