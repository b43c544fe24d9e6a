// Which files are the same: their sizes, and equality of content where a link rule could use it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "layer/disk/stamp.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

class Store;

// What the disk says about one entry of a FileTree; zeros for all but kFile.
struct FileFacts {
  uint64_t size = 0;             // bytes
  const Stamp* stamp = nullptr;  // of when it was looked at; in the arena
  uint32_t content = 0;  // entries with the same number have equal bytes; 0: known to be unlike any
                         // other entry that a link rule would join it with
  // SHA-256 of the content, in the arena, where it was read to be compared and is shared: a file that
  // changes later is told by it, if its stamp leaves a doubt. Else null.
  const std::array<uint8_t, 32>* sha256 = nullptr;
  bool is_program = false;  // an ELF file that asks for an interpreter: where it lies matters to
                            // it. Looked at only where `content` is shared
};

// Equal content below this many bytes is not worth a hardlink ("Links", rule 5).
inline constexpr uint64_t kMinContentLinkSize = 4096;
// A floor that no file reaches: only what rules 1 to 4 need is looked at.
inline constexpr uint64_t kNoContentLinks = UINT64_MAX;

struct IdentifyOptions {
  unsigned jobs = 1;  // threads
  uint64_t min_content_link = kMinContentLinkSize;
  Store* store = nullptr;  // saves hashing what it knows, and is told what is hashed; may be null
};

// Facts for each entry, in the tree's order. One stat a file, unless its reader looked at it; stamps
// that no reader took go to `arena`. A file is opened and hashed only if another inode of its size
// could be linked with it (`min_content_link` bytes or more, the same path after site-packages/, or
// two interpreters of one directory), and each inode once. The numbering of `content` depends on
// nothing but the tree and its bytes. Throws Error for a file that is missing or cannot be read.
std::vector<FileFacts> identify(const FileTree& tree, StringArena& arena,
                                const IdentifyOptions& options = {});

}  // namespace layer
