// The bytes of one blob, wherever they lie: a file of their own or a range of an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "layer/disk/output_file.h"
#include "oci/model/descriptor.h"

namespace oci {

// An open file, closed by the destructor.
class File {
 public:
  File(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  const std::string& path() const { return path_; }

 private:
  int fd_;
  std::string path_;
};

// Opens a regular file for reading, following links: for paths that the user named.
std::shared_ptr<const File> open_file(const std::string& path);
uint64_t file_size(const File& file);

// Cheap to copy. Keeps its file open. Safe to read from several threads.
class Blob {
 public:
  Blob(std::shared_ptr<const File> file, uint64_t offset, uint64_t size, std::string name);

  const std::string& name() const { return name_; }  // for messages
  uint64_t size() const { return size_; }
  int fd() const { return file_->fd(); }
  const std::shared_ptr<const File>& file() const { return file_; }
  uint64_t offset() const { return offset_; }  // of the blob in fd()

  // Fills `bytes` from `position` on. Throws Error when the file ends before they are full.
  void read_at(uint64_t position, std::span<std::byte> bytes) const;

 private:
  std::shared_ptr<const File> file_;
  uint64_t offset_;
  uint64_t size_;
  std::string name_;
};

// A part of a file that is being written, for reading it back. It stays readable after the file is
// committed or dropped.
Blob written_part(const layer::OutputFile& file, uint64_t offset, uint64_t size,
                  const std::string& name);

using ByteTaker = std::function<void(std::span<const std::byte>)>;

// Hands over all bytes in order, in pieces of at most 1 MiB.
void read_all(const Blob& blob, const ByteTaker& take);

layer::Digest hash_blob(const Blob& blob);

// The whole of a small document. Throws Error when it is longer than `max_size` bytes.
std::string read_text(const Blob& blob, uint64_t max_size = kMaxJsonBytes);
// The same, verified against the descriptor's size and digest. Throws Error if they differ.
std::string read_text(const Blob& blob, const Descriptor& descriptor);

// Throws Error when the size is not the descriptor's.
void check_size(const Blob& blob, const Descriptor& descriptor);
// The same of the digest, too.
void verify_blob(const Blob& blob, const Descriptor& descriptor);

// The absolute path, without links in it, of the file that is exactly this blob. No value if the blob
// is a part of a file, or if its file is not there any more.
std::optional<std::string> path_of_whole(const Blob& blob);

// Appends the blob to `out` (sharing its blocks where the file system can) and verifies what `out`
// then holds. Throws Error when the size or the digest is not the descriptor's; `out` then holds a
// part that must not be used.
void copy_blob(const Blob& blob, const Descriptor& descriptor, layer::OutputFile& out);

}  // namespace oci
