// Converts numbers and texts to bytes and, checking every length, back.
#include "layer/store/memo.h"

#include <cstring>
#include <limits>
#include <span>

namespace layer {
namespace {

constexpr size_t kNumberSize = sizeof(uint64_t);

size_t padding_of(size_t size) {
  return (kNumberSize - size % kNumberSize) % kNumberSize;
}

}  // namespace

void MemoWriter::put(uint64_t number) {
  char bytes[kNumberSize];
  std::memcpy(bytes, &number, kNumberSize);
  bytes_.append(bytes, kNumberSize);
}

void MemoWriter::put(std::string_view text) {
  put(uint64_t{text.size()});
  bytes_.append(text);
  bytes_.append(padding_of(text.size()), '\0');
}

void MemoWriter::put(const Stamp& stamp) {
  for (const uint64_t number : {stamp.device, stamp.inode, stamp.size}) put(number);
  for (const int64_t time : {stamp.mtime, stamp.ctime}) put(time);
}

void MemoWriter::put(const Digest& digest) {
  put(std::string_view(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()));
}

Digest MemoWriter::digest() const {
  return sha256(std::as_bytes(std::span(bytes_)));
}

void MemoReader::fail() {
  has_failed_ = true;
  rest_ = {};
}

uint64_t MemoReader::number() {
  uint64_t number = 0;
  if (rest_.size() < kNumberSize) {
    fail();
    return 0;
  }
  std::memcpy(&number, rest_.data(), kNumberSize);
  rest_.remove_prefix(kNumberSize);
  return number;
}

uint32_t MemoReader::small_number() {
  const uint64_t number = this->number();
  if (number <= std::numeric_limits<uint32_t>::max()) return static_cast<uint32_t>(number);
  fail();
  return 0;
}

std::string_view MemoReader::text() {
  const uint64_t size = number();
  if (size > rest_.size() || padding_of(size) > rest_.size() - size) {
    fail();
    return {};
  }
  const std::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size + padding_of(size));
  return text;
}

Stamp MemoReader::stamp() {
  Stamp stamp;
  stamp.device = number();
  stamp.inode = number();
  stamp.size = number();
  stamp.mtime = signed_number();
  stamp.ctime = signed_number();
  return stamp;
}

Digest MemoReader::digest() {
  Digest digest;
  const std::string_view bytes = text();
  if (bytes.size() == digest.bytes.size()) {
    std::memcpy(digest.bytes.data(), bytes.data(), bytes.size());
  } else {
    fail();
  }
  return digest;
}

size_t MemoReader::count(size_t item_size) {
  const uint64_t count = number();
  if (count <= rest_.size() / item_size) return count;
  fail();
  return 0;
}

}  // namespace layer
