// Finds which files are equal, and their sizes: stats all, hashes where a link rule could use it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "layer/disk/stamp.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

class Store;

// What is known about the file of one entry of a FileTree. Everything is zero unless the entry is a
// kFile, or the size of a kInlineFile.
struct FileFacts {
  uint64_t size = 0;             // bytes
  const Stamp* stamp = nullptr;  // taken when planning; in the arena
  // Entries with the same number have equal bytes. 0: there is no equal entry that a link rule would
  // join it with.
  uint32_t equality_class = 0;
  // SHA-256 of the content, in the arena, if the file was hashed and is equal to another; else
  // null. If the file's stamp later leaves a doubt, this tells whether the content has changed.
  const std::array<uint8_t, 32>* sha256 = nullptr;
  bool is_program = false;  // an ELF file with PT_INTERP, to which its own place matters. Set
                            // only where entries share `content` and may be hardlinked
};

// Equal files with fewer bytes than this are not worth a hardlink ("Links", rule 5).
inline constexpr uint64_t kMinContentLinkSize = 4096;
// A minimum that no file reaches: only files that rules 1 to 4 need are compared.
inline constexpr uint64_t kNoContentLinks = UINT64_MAX;

struct IdentifyOptions {
  unsigned jobs = 1;  // threads
  uint64_t min_content_link = kMinContentLinkSize;
  Store* store = nullptr;  // saves hashing what it knows, and records what is hashed; may be null
};

// The facts of each entry, in the tree's order. Each file is statted once, unless its reader did
// that; new stamps go to `arena`. A file is opened and hashed, once per inode, only if a rule could
// link it with another inode of the same size: both have at least `min_content_link` bytes, or the
// same path after site-packages/, or are interpreters in one directory. The numbers in
// `equality_class` depend only on the tree and the files' bytes. Throws Error for a file that is
// missing or cannot be read.
std::vector<FileFacts> identify(const FileTree& tree, StringArena& arena,
                                const IdentifyOptions& options = {});

}  // namespace layer
