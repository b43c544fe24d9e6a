// What lies in a frame of a layer with a table of contents: headers, and contents of files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/digest.h"
#include "layer/base/xattrs.h"

namespace layer {

// A header with its extensions is no longer in a layer with a table of contents.
inline constexpr size_t kLongestHeader = size_t{4} << 20;

// The bytes of a table of contents that readers take: containers/storage,
// pkg/chunked/compression_linux.go, maxTocSize.
inline constexpr uint64_t kLongestToc = uint64_t{150} << 20;

// Throws Error if a table of contents of so many bytes is longer.
void check_toc_size(uint64_t size);

struct TocTime {
  int64_t seconds = 0;  // since the epoch
  uint32_t nanoseconds = 0;

  bool operator==(const TocTime&) const = default;
};

// RFC 3339, in UTC. Empty, which means that it is not known, for a year that has not four digits.
std::string toc_time(TocTime when);

// What the table says of one tar entry. Texts are UTF-8.
struct TocEntry {
  std::string name;       // as in the tar: a directory's ends in '/'
  std::string_view type;  // "dir", "reg", "symlink", "hardlink", "char", "block", "fifo"
  std::string link{};
  uint64_t size = 0;
  TocTime mtime{};
  uint32_t mode = 0;
  uint64_t uid = 0;
  uint64_t gid = 0;
  std::vector<Xattr> xattrs{};
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  std::optional<TocTime> atime{};  // seldom stated
  std::optional<TocTime> ctime{};
};

// The start of an entry's JSON object, which both formats share. It lacks what says where the
// content is, and the brace at its end.
std::string toc_entry_json(const TocEntry& entry);

// A JSON string (RFC 8259, section 7).
std::string toc_string(std::string_view text);

// What lies in a frame: the header of an entry, or a content or a piece of one.
struct TarPart {
  uint64_t begin = 0;               // in the frame
  std::optional<TocEntry> entry{};  // of a header
  // Of a content:
  uint64_t size = 0;         // in this frame
  uint64_t file_offset = 0;  // where that begins in the file
  uint64_t file_size = 0;
  Digest digest{};            // of what is in this frame; see hash_parts()
  uint64_t crc64 = 0;         // the same
  uint64_t packed_begin = 0;  // in the compressed frame, where that holds contents apart
  uint64_t packed_end = 0;
  // Of a header that no content follows: where it ends in the frame.
  uint64_t end = 0;

  bool is_piece() const { return !entry && size < file_size; }
  bool ends_file() const { return file_offset + size == file_size; }
};

// Where a frame of a layer with a table of contents is divided.
enum class Stretches : uint8_t {
  kFromContents,  // before each content; headers, and padding, are with the content before them
  kContents,      // before and behind each content
};

// Calls `each` for every stretch of a frame's tar that is compressed by itself, in order, with the
// part whose content it begins with, or null if it begins with none. None is empty.
template <typename Part, typename Function>
void for_each_stretch(std::span<const std::byte> tar, std::span<Part> parts, Stretches stretches,
                      const Function& each) {
  uint64_t begin = 0;
  Part* content = nullptr;
  const auto end_at = [&](uint64_t end, Part* next) {
    if (end > begin) each(tar.subspan(begin, end - begin), content);
    begin = end;
    content = next;
  };
  for (Part& part : parts) {
    if (part.entry) continue;
    end_at(part.begin, &part);
    if (stretches == Stretches::kContents) end_at(part.begin + part.size, nullptr);
  }
  end_at(tar.size(), nullptr);
}

// Computes digests and checksums of all contents in a frame whose tar bytes these are.
void hash_parts(std::span<const std::byte> tar, std::span<TarPart> parts);

// A file that is in several frames.
struct WholeFile {
  Digest digest;
  uint64_t crc64 = 0;
};

// Hashes such files. It is given all frames of a layer in order.
class WholeFileHash {
 public:
  // The file whose last piece is in the frame, if there is one.
  WholeFile update(std::span<const std::byte> tar, std::span<const TarPart> parts);

 private:
  Sha256 hash_;
  uint64_t crc64_ = 0;
};

}  // namespace layer
