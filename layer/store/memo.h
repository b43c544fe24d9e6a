// The form of what a store keeps from run to run beside layers: numbers and texts, one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "layer/base/digest.h"
#include "layer/disk/stamp.h"

namespace layer {

//   memo   := (number | text | stamp | digest)*
//   number := u64, in this machine's byte order
//   text   := number of bytes, then the bytes, then zeros up to a multiple of 8
//   stamp  := device, inode, size, mtime, ctime, each a number
//   digest := a text of 32 bytes
// What comes when is the business of who writes it.
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

// Reads a memo that may be another than expected: what is not there reads as 0 and empty, and from
// then on it has failed.
class MemoReader {
 public:
  explicit MemoReader(std::string_view bytes) : rest_(bytes) {}

  uint64_t number();
  int64_t signed_number() { return static_cast<int64_t>(number()); }
  uint32_t small_number();  // fails above 2^32 - 1
  std::string_view text();  // points into the memo
  Stamp stamp();
  Digest digest();
  // How many items follow, each of at least `item_size` bytes; fails if they cannot be there.
  size_t count(size_t item_size);

  bool has_failed() const { return has_failed_; }
  bool is_done() const { return rest_.empty() && !has_failed_; }

 private:
  void fail();

  std::string_view rest_;
  bool has_failed_ = false;
};

}  // namespace layer
