// Encodes tar entries: the header blocks that precede each entry's content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "layer/model/plan.h"

namespace layer {

// The form of the tar, chosen so that every consumer of layers can read it (POSIX.1-2017, pax):
//   entry    := [x-header records] header content padding
//   archive  := entry* zero-block zero-block
// `header` is a ustar header of 512 bytes without owner names. An x-header is a ustar header of
// type 'x' whose content is "LENGTH KEY=VALUE\n" records. It is written only for values that ustar
// cannot hold:
// - `path`, `linkpath`: a name that does not split into prefix and name or is not ASCII; preceded
//   by `hdrcharset=BINARY` if it is not UTF-8 either;
// - `size`: 8 GiB or more;
// - `mtime`: negative, or far in the future;
// - `uid`, `gid`: large numbers;
// - `SCHILY.xattr.NAME`: one record per extended attribute; a hardlink has those of its target.
// There are no global headers and no GNU types.
//
// Version of this form. Changing any byte that an entry is encoded to requires a new version.
inline constexpr int kTarVersion = 1;

inline constexpr size_t kTarBlock = 512;
inline constexpr size_t kTarEndSize = 2 * kTarBlock;  // two zero blocks, without record padding

// `size` rounded up to whole blocks.
constexpr uint64_t padded_to_block(uint64_t size) {
  return (size + kTarBlock - 1) / kTarBlock * kTarBlock;
}

// The size of an entry's header blocks, in bytes. It does not depend on the entry's mode.
size_t tar_header_size(const TarEntry& entry);

// The size of an entry's content, without padding; 0 unless it is a file.
uint64_t tar_content_size(const TarEntry& entry);

// The size of the whole entry: header blocks, content and padding.
uint64_t tar_entry_size(const TarEntry& entry);

// Encodes the header blocks into `out`, which has tar_header_size() bytes. The mode must not be
// kModeByContent any more. Throws std::logic_error for an entry that no layer can hold.
void encode_tar_header(const TarEntry& entry, std::span<std::byte> out);

}  // namespace layer
