// Reads text inputs with as few copies as their size allows.
#include "layer/read/input_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "layer/base/error.h"
#include "layer/disk/file_reader.h"

namespace layer {
namespace {

constexpr size_t kUnknownSize = size_t{64} << 10;
constexpr size_t kReadPiece = size_t{256} << 10;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }  // nothing was written
};

// Of a regular file; absent for a pipe, a terminal and the like.
std::optional<Stamp> find_document_stamp(std::FILE* file, const std::string& path) {
  struct stat status = {};
  if (fstat(fileno(file), &status) != 0) throw system_error(path, "cannot stat", errno);
  return S_ISREG(status.st_mode) ? std::optional(stamp_of(status)) : std::nullopt;
}

// Half of what a document said and half of what it says now is neither.
void check_document(std::FILE* file, const std::string& path, const std::optional<Stamp>& before) {
  const std::optional<Stamp> after = find_document_stamp(file, path);
  if (before && after && !is_same_content(*before, *after)) throw_changed(path);
}

// Room for the whole file and one byte more, so that its end is seen without growing.
size_t first_capacity(const std::optional<Stamp>& stamp) {
  return stamp && stamp->size > 0 ? stamp->size + 1 : kUnknownSize;
}

}  // namespace

std::string_view read_input_file(const std::string& path, StringArena& arena) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file) throw system_error(path, "cannot open", errno);
  const std::optional<Stamp> before = find_document_stamp(file.get(), path);
  size_t capacity = first_capacity(before);
  size_t size = 0;
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  while (const size_t got = std::fread(bytes.get() + size, 1, capacity - size, file.get())) {
    size += got;
    if (size < capacity) continue;
    capacity *= 2;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(larger.get(), bytes.get(), size);
    bytes = std::move(larger);
  }
  if (std::ferror(file.get()) != 0) throw system_error(path, "cannot read", errno);
  check_document(file.get(), path, before);
  return arena.adopt(std::move(bytes), size);
}

bool Lines::next() {
  if (rest_.empty()) return false;
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  line_ = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++number_;
  return true;
}

LineReader::LineReader(const std::string& path)
    : path_(path), file_(std::fopen(path.c_str(), "rbe")), buffer_(kReadPiece) {
  if (!file_) throw system_error(path, "cannot open", errno);
  stamp_ = find_document_stamp(file_.get(), path);
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
  const size_t got = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
  if (std::ferror(file_.get()) != 0) throw system_error(path_, "cannot read", errno);
  end_ += got;
  is_at_end_ = got == 0;
  if (is_at_end_) check_document(file_.get(), path_, stamp_);
}

}  // namespace layer
