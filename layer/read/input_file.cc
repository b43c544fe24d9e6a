// Reads text inputs with as few copies as their size allows.
#include "layer/read/input_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "layer/base/error.h"
#include "layer/disk/file_reader.h"

namespace layer {
namespace {

constexpr size_t kUnknownSize = size_t{64} << 10;
constexpr size_t kReadPiece = size_t{256} << 10;
constexpr uint64_t kMaxFound = uint64_t{4} << 20;
constexpr uint64_t kMaxInput = uint64_t{1} << 30;

// /dev/null is an empty file.
void check_not_device(const struct stat& status, const std::string& path) {
  const bool is_null = status.st_rdev == makedev(1, 3);
  if (S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && !is_null)) {
    throw Error({path}, "is a device: expected a file or a pipe");
  }
}

// Of a regular file; absent for a pipe, a terminal and the like.
std::optional<Stamp> find_document_stamp(int fd, const std::string& path) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) throw system_error(path, "cannot stat", errno);
  if (isatty(fd) == 0) check_not_device(status, path);
  return S_ISREG(status.st_mode) ? std::optional(stamp_of(status)) : std::nullopt;
}

void check_size(uint64_t size, uint64_t maximum, const std::string& path) {
  if (size <= maximum) return;
  throw Error({path}, fmt::format("is {} bytes long, more than {}", size, maximum));
}

// Half of what a document said and half of what it says now is neither.
void check_document(int fd, const std::string& path, const std::optional<Stamp>& before) {
  const std::optional<Stamp> after = find_document_stamp(fd, path);
  if (before && after && !is_same_content(*before, *after)) throw_changed(path);
}

// Room for the whole file and one byte more, so that its end is seen without growing.
size_t first_capacity(const std::optional<Stamp>& stamp) {
  return stamp && stamp->size > 0 ? stamp->size + 1 : kUnknownSize;
}

size_t read_piece(int fd, const std::string& path, char* bytes, size_t size) {
  return read_next(fd, std::as_writable_bytes(std::span(bytes, size)), path);
}

std::string_view read_whole(int fd, const std::string& path, uint64_t maximum, StringArena& arena) {
  const std::optional<Stamp> before = find_document_stamp(fd, path);
  if (before) check_size(before->size, maximum, path);
  size_t capacity = first_capacity(before);
  size_t size = 0;
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  while (const size_t got = read_piece(fd, path, bytes.get() + size, capacity - size)) {
    size += got;
    check_size(size, maximum, path);
    if (size < capacity) continue;
    capacity *= 2;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(larger.get(), bytes.get(), size);
    bytes = std::move(larger);
  }
  check_document(fd, path, before);
  return arena.adopt(std::move(bytes), size);
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace

std::string_view read_input_file(const std::string& path, StringArena& arena) {
  return read_whole(open_or_throw(path, O_RDONLY).get(), path, kMaxInput, arena);
}

std::string_view read_found_file(const std::string& path, StringArena& arena) {
  return read_whole(FileReader(path).fd(), path, kMaxFound, arena);
}

std::string_view read_installed_file(const std::string& path, StringArena& arena) {
  return read_whole(FileReader(path).fd(), path, kMaxInput, arena);
}

void refuse_device(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) check_not_device(status, path);
}

Lines::Lines(std::string_view text, LineEnd end)
    : rest_(end == LineEnd::kLf ? text : without_mark(text)), end_(end) {}

bool Lines::next() {
  if (rest_.empty()) return false;
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  line_ = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (end_ == LineEnd::kLfOrCrLf && line_.ends_with('\r')) line_.remove_suffix(1);
  ++number_;
  return true;
}

LineReader::LineReader(const std::string& path, LineEnd end)
    : path_(path),
      line_end_(end),
      file_(open_or_throw(path, O_RDONLY)),
      stamp_(find_document_stamp(file_.get(), path)),
      buffer_(kReadPiece) {
  if (stamp_) check_size(stamp_->size, kMaxInput, path);
}

bool LineReader::next() {
  for (;;) {
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    const size_t end = rest.find('\n');
    if (end != std::string_view::npos || is_at_end_) {
      if (rest.empty()) return false;
      line_ = rest.substr(0, end);
      begin_ += std::min(line_.size() + 1, rest.size());
      ++number_;
      if (line_end_ == LineEnd::kLf) return true;
      if (line_.ends_with('\r')) line_.remove_suffix(1);
      if (number_ == 1) line_ = without_mark(line_);
      return true;
    }
    fill();
  }
}

// A line that does not fit makes the buffer larger.
void LineReader::fill() {
  std::copy(buffer_.data() + begin_, buffer_.data() + end_, buffer_.data());
  end_ -= std::exchange(begin_, 0);
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const size_t got = read_piece(file_.get(), path_, buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  read_ += got;
  check_size(read_, kMaxInput, path_);
  is_at_end_ = got == 0;
  if (is_at_end_) check_document(file_.get(), path_, stamp_);
}

}  // namespace layer
