// Reads with pread(2), within bounds, and verifies.
#include "oci/read/blob.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>
#include <vector>

#include "layer/disk/file_handle.h"

namespace oci {
namespace {

constexpr uint64_t kPieceBytes = uint64_t{1} << 20;

void check_digest(const Blob& blob, const Descriptor& descriptor, const layer::Digest& found) {
  if (found != descriptor.digest) {
    throw layer::Error({blob.name()},
                       fmt::format("has digest {}, but its descriptor says {}", found.to_string(),
                                   descriptor.digest.to_string()));
  }
}

// Where the kernel says that an open file is. Empty if it cannot tell.
std::string opened_path(int fd) {
  std::array<char, PATH_MAX> path{};
  const std::string link = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size() - 1);
  return size > 0 ? std::string(path.data()) : std::string();
}

// For messages about a file that has no name of its own yet.
std::string opened_folder(int fd, const std::string& otherwise) {
  const std::string path = opened_path(fd);
  return path.starts_with('/') ? path.substr(0, path.rfind('/')) : otherwise;
}

}  // namespace

File::~File() {
  ::close(fd_);
}  // only read from, so a failure loses nothing

std::shared_ptr<const File> open_file(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  auto file = std::make_shared<const File>(
      layer::open_or_throw(path, O_RDONLY | O_NONBLOCK).release(), path);
  file_size(*file);
  return file;
}

uint64_t file_size(const File& file) {
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) {
    throw layer::system_error(file.path(), "cannot stat", errno);
  }
  if (!S_ISREG(status.st_mode)) throw layer::Error({file.path()}, "is not a regular file");
  return static_cast<uint64_t>(status.st_size);
}

Blob::Blob(std::shared_ptr<const File> file, uint64_t offset, uint64_t size, std::string name)
    : file_(std::move(file)), offset_(offset), size_(size), name_(std::move(name)) {}

void Blob::read_at(uint64_t position, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset_ + position));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw layer::system_error(name_, "cannot read", errno);
    if (count == 0) throw layer::Error({name_}, fmt::format("ends after {} bytes", position));
    bytes = bytes.subspan(static_cast<size_t>(count));
    position += static_cast<uint64_t>(count);
  }
}

Blob written_part(const layer::OutputFile& file, uint64_t offset, uint64_t size,
                  const std::string& name) {
  const int fd = ::fcntl(file.fd(), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) throw layer::system_error(name, "cannot reopen", errno);
  return {std::make_shared<const File>(fd, name), offset, size, name};
}

void read_all(const Blob& blob, const ByteTaker& take) {
  std::vector<std::byte> buffer(std::min(blob.size(), kPieceBytes));
  for (uint64_t position = 0; position < blob.size();) {
    const auto piece =
        std::span(buffer).first(std::min<uint64_t>(blob.size() - position, buffer.size()));
    blob.read_at(position, piece);
    take(piece);
    position += piece.size();
  }
}

std::string read_text(const Blob& blob, uint64_t max_size) {
  if (blob.size() > max_size) {
    throw layer::Error({blob.name()},
                       fmt::format("is {} bytes long, more than {}", blob.size(), max_size));
  }
  std::string text(blob.size(), '\0');
  blob.read_at(0, std::as_writable_bytes(std::span(text)));
  return text;
}

std::string read_text(const Blob& blob, const Descriptor& descriptor) {
  check_size(blob, descriptor);
  std::string text = read_text(blob);
  check_digest(blob, descriptor, digest_of(text));
  return text;
}

layer::Digest hash_blob(const Blob& blob) {
  layer::Sha256 hash;
  read_all(blob, [&](std::span<const std::byte> piece) { hash.update(piece); });
  return hash.finish();
}

void check_size(const Blob& blob, const Descriptor& descriptor) {
  if (blob.size() != descriptor.size) {
    throw layer::Error({blob.name()}, fmt::format("is {} bytes long, but its descriptor says {}",
                                                  blob.size(), descriptor.size));
  }
}

void verify_blob(const Blob& blob, const Descriptor& descriptor) {
  check_size(blob, descriptor);
  check_digest(blob, descriptor, hash_blob(blob));
}

std::optional<std::string> path_of_whole(const Blob& blob) {
  struct stat open_file {};
  struct stat named {};
  if (::fstat(blob.fd(), &open_file) != 0)
    throw layer::system_error(blob.name(), "cannot stat", errno);
  const bool is_whole =
      blob.offset() == 0 && blob.size() == static_cast<uint64_t>(open_file.st_size);
  if (!is_whole) return std::nullopt;
  std::string path = opened_path(blob.fd());
  const bool is_there = !path.empty() && ::lstat(path.c_str(), &named) == 0 &&
                        named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino;
  return is_there ? std::optional(std::move(path)) : std::nullopt;
}

void copy_blob(const Blob& blob, const Descriptor& descriptor, layer::OutputFile& out) {
  check_size(blob, descriptor);
  const uint64_t start = out.size();
  out.copy_from(blob.fd(), blob.offset(), blob.size());
  // Not the source: it may change between being copied and being read again.
  const std::string place = opened_folder(out.fd(), blob.name());
  check_digest(blob, descriptor, hash_blob(written_part(out, start, blob.size(), place)));
}

}  // namespace oci
