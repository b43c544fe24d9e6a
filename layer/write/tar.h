// The tar encoder: one planned entry to the header blocks that stand before its content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "layer/model/plan.h"

namespace layer {

// The forms written, chosen for what every consumer of layers reads (POSIX.1-2017, pax):
//   entry    := [x-header records] header content padding
//   archive  := entry* zero-block zero-block
// `header` is a ustar header of 512 bytes with no owner names. An x-header, a ustar header of type
// 'x' whose content is "LENGTH KEY=VALUE\n" records, stands before it only for a value that ustar
// cannot hold: a name that does not split into prefix and name, or is not ASCII (`path`,
// `linkpath`, preceded by `hdrcharset=BINARY` if it is not UTF-8 either), 8 GiB or more (`size`), a
// negative or far `mtime`, a large `uid` or `gid`, and for each extended attribute a record
// `SCHILY.xattr.NAME`, on a hardlink the same as on its target. There are no global headers and no GNU types.
// Version of these forms. A change of any byte that an entry is encoded to is a new one.
inline constexpr int kTarVersion = 1;

inline constexpr size_t kTarBlock = 512;
inline constexpr size_t kTarEndSize = 2 * kTarBlock;  // two zero blocks, and no record padding

// `size` rounded up to whole blocks.
constexpr uint64_t padded_to_block(uint64_t size) {
  return (size + kTarBlock - 1) / kTarBlock * kTarBlock;
}

// Bytes of the header blocks of an entry; does not depend on its mode.
size_t tar_header_size(const TarEntry& entry);

// Bytes of an entry's content, without padding: none but a file has any.
uint64_t tar_content_size(const TarEntry& entry);

// Bytes of the whole entry: header blocks, content and padding.
uint64_t tar_entry_size(const TarEntry& entry);

// Encodes the header blocks into `out`, which has tar_header_size() bytes. A mode of kModeByContent
// must have been decided before; a name that no layer can hold is a std::logic_error.
void encode_tar_header(const TarEntry& entry, std::span<std::byte> out);

}  // namespace layer
