// Looks at the raw headers of a layer's tar for what libarchive lets through and engines refuse.
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

namespace oci {

// Engines read layers with Go's archive/tar and then refuse some of its entries; libarchive is more
// lenient. Both must take a layer for the same, so update() throws Error, which names the layer and
// the entry, for
// - a zero block that is followed by another entry (one reader ends there, another goes on),
// - an entry of a type that engines do not know,
// - a mode that does not fit into 32 bits,
// - a hardlink or symlink without a target,
// - a NUL byte in a name, a link's text or an owner that a pax header states,
// - a pax header, or a long name of GNU tar, of more than 1 MiB,
// - a size that a pax header states for an entry without content.
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
    char type = '0';           // that of ustar; '5' also of a file whose name ends in '/'
    std::string link{};
    uint32_t mode = 0;  // as it is stated, which may be with bits of a type
    uint64_t uid = 0;
    uint64_t gid = 0;
    layer::TocTime mtime{};
    std::optional<layer::TocTime> atime{};  // stated by pax alone
    std::optional<layer::TocTime> ctime{};
    uint32_t device_major = 0;
    uint32_t device_minor = 0;
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

 private:
  static constexpr size_t kBlock = 512;

  void take_block();
  void take_header();
  void check_entry(char type);
  std::string stated_path() const;
  void take_attributes(char type);
  void take_extension();
  void take_pax_record(std::string_view key, std::string_view value);
  [[noreturn]] void refuse(std::string_view what) const;
  std::string_view field(size_t offset, size_t size) const;  // of block_, up to its first NUL
  uint64_t number(size_t offset, size_t size) const;
  bool is_large(size_t offset) const;

  std::string name_;  // of the layer, for messages
  bool has_entry_ = false;
  Entry entry_;
  uint64_t header_size_ = 0;  // bytes of the next entry's extensions and header, so far
  std::array<char, kBlock> block_{};
  size_t filled_ = 0;            // bytes of block_
  uint64_t content_ = 0;         // bytes that are passed over before the next header
  std::string extension_;        // content of a pax header or GNU long name, as far as it was read
  uint64_t extension_left_ = 0;  // bytes of it still to come, padding included
  size_t extension_size_ = 0;    // bytes of it without padding
  char extension_type_ = 0;
  bool more_sparse_ = false;  // a block of a GNU sparse map follows
  // What extensions state of the entry that follows.
  std::string path_;
  std::string link_;
  bool has_pax_size_ = false;
  uint64_t pax_size_ = 0;
  std::optional<uint64_t> pax_uid_;
  std::optional<uint64_t> pax_gid_;
  std::optional<layer::TocTime> pax_mtime_;
  std::optional<layer::TocTime> pax_atime_;
  std::optional<layer::TocTime> pax_ctime_;
  std::vector<layer::Xattr> pax_xattrs_;
  size_t zeros_ = 0;  // zero blocks in a row
};

}  // namespace oci
