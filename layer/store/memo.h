// The binary form of memos: what runs keep in the store beside layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "layer/base/digest.h"
#include "layer/disk/stamp.h"

namespace layer {

// The form of a memo:
//
//   memo   := (number | text | stamp | digest)*
//   number := u64, in this machine's byte order
//   text   := number of bytes, then the bytes, then zeros up to a multiple of 8
//   stamp  := device, inode, size, mtime, ctime, each a number
//   digest := a text of 32 bytes
//
// The order of the items is up to the code that writes a memo.
class MemoWriter {
 public:
  void put(uint64_t number);
  void put(int64_t number) { put(static_cast<uint64_t>(number)); }
  void put(uint32_t number) { put(uint64_t{number}); }
  void put(std::string_view text);
  void put(const Stamp& stamp);
  void put(const Digest& digest);  // as a text

  std::string_view bytes() const { return bytes_; }
  Digest digest() const;  // of the bytes
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

// Reads a memo that may not have the expected form. A missing item reads as 0 or empty, and from
// then on has_failed() is true.
class MemoReader {
 public:
  explicit MemoReader(std::string_view bytes) : rest_(bytes) {}

  uint64_t number();
  int64_t signed_number() { return static_cast<int64_t>(number()); }
  uint32_t small_number();  // fails above 2^32 - 1
  std::string_view text();  // points into the memo
  Stamp stamp();
  Digest digest();
  // The number of items that follow, each of at least `item_size` bytes. Fails if the memo is too
  // short for them.
  size_t count(size_t item_size);

  bool has_failed() const { return has_failed_; }
  bool is_done() const { return rest_.empty() && !has_failed_; }

 private:
  void fail();

  std::string_view rest_;
  bool has_failed_ = false;
};

}  // namespace layer
