// The store's index file: sorted records, read as a whole and replaced as a whole.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "layer/store/index_records.h"

namespace layer {

// The form of the file, in this machine's byte order:
//
//   index    := magic count{7} checksum table{7}
//   magic    := "veneer index " version LF, zeros up to 16 bytes
//   count    := u64, the number of records in a table
//   checksum := u64, the CRC-32 of counts and tables
//   table    := records in ascending order of their keys, no key twice
//
// An index file is never changed: a new one takes over its name. So a reader needs no lock and sees
// one state, a killed writer or a full disk leaves the old file, and damage is detected before any
// record is used. The file is read, not mapped, because truncating a mapped file would raise a
// signal.
inline constexpr int kIndexVersion = 3;

class Index {
 public:
  // Reads the file; returns an index without records if there is none. Throws Error if it cannot be
  // read, is damaged, or is not an index of this version.
  static Index open(const std::string& path);

  // The record with a key; null if there is none. Valid as long as the index.
  const LayerRecord* find_layer(const Digest& key) const;
  const FrameRecord* find_frame(const Digest& key) const;
  const ContentRecord* find_content(const Digest& key) const;
  const StateRecord* find_state(const Digest& key) const;
  const MemoRecord* find_memo(const Digest& key) const;
  const FileRecord* find_file(uint64_t device, uint64_t inode) const;
  const BlobRecord* find_blob(const Digest& digest) const;

  struct Views {
    std::span<const LayerRecord> layers;
    std::span<const FrameRecord> frames;
    std::span<const ContentRecord> frames_by_content;
    std::span<const StateRecord> states;
    std::span<const MemoRecord> memos;
    std::span<const FileRecord> files;
    std::span<const BlobRecord> blobs;
  };
  const Views& tables() const { return views_; }

 private:
  void parse(const std::string& path, std::span<const std::byte> bytes);

  std::unique_ptr<uint64_t[]> memory_;  // the whole file
  Views views_;
};

// Merges the records of `index` and `added`. If both have a key, the record in `added` counts; if
// `added` has a key twice, the later one. Left out are records of blobs that do not exist
// according to `has_blob`, blobs of memos that new memos replace, and records of files made before
// `oldest_file` (nanoseconds since the epoch).
IndexTables merge_tables(const Index& index, IndexTables added,
                         const std::function<bool(const Digest&)>& has_blob, int64_t oldest_file);

// Writes `tables` to `path` and replaces what is there. Throws Error.
void write_index(const std::string& path, const IndexTables& tables);

}  // namespace layer
