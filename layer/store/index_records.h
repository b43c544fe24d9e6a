// The records of the store's index, one table for each type.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "layer/base/digest.h"

namespace layer {

// Records are written to the file as they are in memory. So they have no padding, and their members
// are whole multiples of their alignment. Changing a record, or what its key is made of, requires a
// new kIndexVersion.

// A finished layer. For the key see layer_keys().
struct LayerRecord {
  Digest key;
  Digest diff_id;
  Digest blob;
  uint64_t size = 0;
  uint64_t tar_size = 0;
  Digest toc;  // of its table of contents; zeros: it has none
};

// The tar bytes of a frame, identified by the stamps of its files. For the key see layer_keys().
struct FrameRecord {
  Digest key;
  Digest content;  // a ContentRecord's key
};

// A compressed frame in a blob. The key is a hash of the recipe and the frame's tar bytes.
struct ContentRecord {
  Digest key;
  Digest blob;
  uint64_t offset = 0;
  uint64_t tar_size = 0;
  uint64_t packed_size = 0;
  uint64_t crc = 0;  // CRC-32 of the tar bytes if the codec is gzip
};

// The states of both hashes of a blob (tar and compressed) after one of its frames. The key is a
// hash of the contents of all frames up to this one.
struct StateRecord {
  Digest key;
  Digest blob;
  Sha256State tar;
  Sha256State packed;
};

// What a run found out for later runs, as a blob; see layer/store/memo.h. The key stands for the
// subject and everything that the memo depends on and does not state itself.
struct MemoRecord {
  Digest key;
  Digest blob;
};

// The content of an input file. The key is only device and inode, so that the record of a file's
// earlier content is replaced when the file changes.
struct FileRecord {
  std::array<uint64_t, 2> key{};  // device, inode
  uint64_t size = 0;
  int64_t mtime = 0;  // nanoseconds
  int64_t ctime = 0;
  Digest digest;
  uint64_t is_program = 0;  // 0 or 1: is_elf_program() of its first bytes
  int64_t seen = 0;         // when it was recorded, nanoseconds since the epoch
};

// A blob of the store, as it was when its bytes were last verified.
struct BlobRecord {
  Digest key;  // its digest
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime = 0;
  uint64_t crc = 0;    // CRC-32 of its bytes
  int64_t proven = 0;  // when it was made or last verified, nanoseconds since the epoch
};

// All tables of an index, or of what a run adds to one.
struct IndexTables {
  std::vector<LayerRecord> layers;
  std::vector<FrameRecord> frames;
  std::vector<ContentRecord> frames_by_content;
  std::vector<StateRecord> states;
  std::vector<MemoRecord> memos;
  std::vector<FileRecord> files;
  std::vector<BlobRecord> blobs;

  // Calls `visit` once per table type, in the order of the file, with that table of each of `all`.
  template <typename Visit, typename... Tables>
  static void for_each(Visit visit, Tables&... all) {
    visit(all.layers...);
    visit(all.frames...);
    visit(all.frames_by_content...);
    visit(all.states...);
    visit(all.memos...);
    visit(all.files...);
    visit(all.blobs...);
  }
};

}  // namespace layer
