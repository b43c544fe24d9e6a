// What the store's index remembers: one table for each record below.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "layer/base/digest.h"

namespace layer {

// Records are written as they are in memory: no padding, only members of whole multiples of their
// alignment. A change of any of them, or of what a key is made of, is a new kIndexVersion.

// A finished layer. The key: see layer_keys().
struct LayerRecord {
  Digest key;
  Digest diff_id;
  Digest blob;
  uint64_t size = 0;
  uint64_t tar_size = 0;
};

// What the tar of a frame holds, known by the stamps of its files. The key: see layer_keys().
struct FrameRecord {
  Digest key;
  Digest content;  // a ContentRecord's key
};

// A compressed frame in a blob. The key: of the recipe and of the frame's tar bytes.
struct ContentRecord {
  Digest key;
  Digest blob;
  uint64_t offset = 0;
  uint64_t tar_size = 0;
  uint64_t packed_size = 0;
  uint64_t crc = 0;  // CRC-32 of the tar bytes if the codec is gzip
};

// Both streams of a blob after one of its frames. The key: of the contents of all frames up to it.
struct StateRecord {
  Digest key;
  Digest blob;
  Sha256State tar;
  Sha256State packed;
};

// What a run found out and a later one may ask for, as a blob: see layer/store/memo.h. The key says
// what it is about, and all that it depends on but what it states itself.
struct MemoRecord {
  Digest key;
  Digest blob;
};

// The content of an input file. The key is the device and the inode alone, so that what was known of
// a file's earlier content goes when it changes.
struct FileRecord {
  std::array<uint64_t, 2> key{};  // device, inode
  uint64_t size = 0;
  int64_t mtime = 0;  // nanoseconds
  int64_t ctime = 0;
  Digest digest;
  uint64_t is_program = 0;  // is_elf_program() of its beginning: 0 or 1
  int64_t seen = 0;         // when it was recorded, nanoseconds since the epoch
};

// A blob of the store, as it was when its bytes were last known to be right.
struct BlobRecord {
  Digest key;  // its digest
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime = 0;
  uint64_t crc = 0;    // CRC-32 of its bytes
  int64_t proven = 0;  // when it was made or last read and found right, nanoseconds since the epoch
};

// All tables: of an index, or of what a run adds to one.
struct IndexTables {
  std::vector<LayerRecord> layers;
  std::vector<FrameRecord> frames;
  std::vector<ContentRecord> contents;
  std::vector<StateRecord> states;
  std::vector<MemoRecord> memos;
  std::vector<FileRecord> files;
  std::vector<BlobRecord> blobs;

  // Calls `visit` with each of the tables of `all`, in the order of the file.
  template <typename Visit, typename... Tables>
  static void for_each(Visit visit, Tables&... all) {
    visit(all.layers...);
    visit(all.frames...);
    visit(all.contents...);
    visit(all.states...);
    visit(all.memos...);
    visit(all.files...);
    visit(all.blobs...);
  }
};

}  // namespace layer
