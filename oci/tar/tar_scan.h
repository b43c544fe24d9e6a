// Reads the entries of a layer's tar as container engines do, and refuses what they refuse.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/xattrs.h"
#include "layer/toc/tar_parts.h"
#include "oci/tar/pax_records.h"
#include "oci/tar/sparse_map.h"
#include "oci/tar/tar_header.h"

namespace oci {

// Engines read layers with Go's archive/tar; libarchive is more lenient. Both must take a layer for
// the same, so update() throws Error, which names the layer and the entry, for
// - a header with a wrong checksum,
// - a number, in a header or in a pax header, with any other character in it,
// - a pax header, also a global one, whose records are malformed,
// - a NUL byte in a name, a link's text or an owner that a pax header states,
// - a pax header, or a long name of GNU tar, of more than 1 MiB,
// - a size that a pax header states for an entry without content,
// - an entry of a type that engines do not know,
// - a file whose name ends in '/', unless its type is NUL,
// - a mode that does not fit into 32 bits,
// - a hardlink or symlink without a target,
// - a sparse file whose pieces overlap, are out of order, lie beyond its end, or are more or less
//   than what is stored,
// - a zero block that is followed by another entry (one reader ends there, another goes on).
// Sources: POSIX pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar, "Basic Tar
// Format"; Go's archive/tar, reader.go and strconv.go.
class TarScan {
 public:
  explicit TarScan(std::string name) : name_(std::move(name)) {}

  // What the tar states of an entry, whose header is read.
  struct Entry {
    std::string path;          // as it is stated, without a '/' at its end
    bool has_slash = false;    // which it had
    uint64_t header_size = 0;  // bytes of its header, and of extensions before it
    uint64_t size = 0;         // bytes of content, without padding
    bool is_sparse = false;
    int64_t file_size = 0;  // with the holes of a sparse file
    char type = '0';        // that of ustar, without NUL and the 'S' of GNU tar
    std::string link{};
    uint32_t mode = 0;  // as it is stated, which may be with bits of a type
    int64_t uid = 0;
    int64_t gid = 0;
    layer::TocTime mtime{};
    std::optional<layer::TocTime> atime{};  // stated by pax alone
    std::optional<layer::TocTime> ctime{};
    int64_t device_major = 0;
    int64_t device_minor = 0;
    std::vector<layer::Xattr> xattrs{};
  };

  // The next bytes of the tar, cut anywhere.
  void update(std::span<const std::byte> bytes);
  // The same, but stops after an entry's header, and then has_entry(). Returns how many bytes were
  // taken.
  size_t update_to_entry(std::span<const std::byte> bytes);
  bool has_entry() const { return has_entry_; }
  // Whether a block of zeros was read, behind the last entry.
  bool has_ended() const { return zeros_ > 0; }
  const Entry& entry() const { return entry_; }
  // To be called behind the last byte. Throws Error if that is in an entry, but for its padding.
  void finish() const;

 private:
  void take_block();
  void take_header();
  void take_extension();
  void merge_extensions(TarHeader& header);
  void check_entry(const TarHeader& header) const;
  void take_attributes(TarHeader& header);
  std::vector<layer::Xattr> xattrs() const;
  void begin_map(const TarHeader& header);
  void take_map_block();
  void check_map(const SparseMap& map) const;
  std::string_view block() const { return {block_.data(), block_.size()}; }
  void take_number(std::string_view key, int64_t& number) const;
  std::optional<layer::TocTime> stated_time(std::string_view key) const;
  [[noreturn]] void refuse(std::string_view what) const;

  std::string name_;     // of the layer, for messages
  std::string subject_;  // the entry at hand, for messages
  bool has_entry_ = false;
  Entry entry_;
  uint64_t header_size_ = 0;  // bytes of the next entry's extensions and header, so far
  std::array<char, kTarHeader> block_{};
  size_t filled_ = 0;            // bytes of block_
  uint64_t content_ = 0;         // bytes that are passed over before the next header
  uint64_t padding_ = 0;         // how many of them are no content
  std::string extension_;        // content of a pax header or GNU long name, as far as it was read
  uint64_t extension_left_ = 0;  // bytes of it still to come, padding included
  size_t extension_size_ = 0;    // bytes of it without padding
  char extension_type_ = 0;
  SparseForm map_form_ = SparseForm::kNone;  // of a map whose next block follows
  uint64_t map_size_ = 0;                    // bytes of its blocks
  SparseMap map_;
  SparseText map_text_;
  // What extensions state of the entry that follows.
  PaxRecords pax_;
  std::string gnu_path_;
  std::string gnu_link_;
  size_t zeros_ = 0;  // zero blocks in a row
};

}  // namespace oci
