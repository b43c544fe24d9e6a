// Describes a tar without the content of its files: tar-split.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace layer {

// With such a description and the files, a reader makes the tar again, byte for byte
// (github.com/vbatts/tar-split, tar/storage). It is a line of JSON for each of these, in order:
//   segment := {"type":2,"payload":BASE64,"position":N}
//   entry   := {"type":1,"name":NAME,"size":SIZE,"payload":BASE64,"position":N}
// A segment has the bytes between two entries: the padding of the first one's content, and the whole
// header of the second one. An entry's payload is the CRC-64 of its content. An entry without
// content has no size, and null for a payload. Readers rely on exactly one segment for a header.
class TarSplit {
 public:
  // Adds bytes that are no file's content: headers of at most kLongestHeader bytes, padding, and
  // what follows the last entry; in any pieces.
  void add_bytes(std::span<const std::byte> bytes);
  // Adds an entry, whose header was added last. `name` is as in the header, and UTF-8.
  void add_entry(std::string_view name, uint64_t size, uint64_t crc);
  // The text so far, up to the last entry, which is then forgotten here.
  std::string take() { return std::exchange(text_, {}); }
  // The rest of the text. Nothing may be added any more.
  std::string finish();

 private:
  void end_segment();

  std::vector<std::byte> segment_;
  std::string text_;
  size_t position_ = 0;
};

}  // namespace layer
