// The store's index: a sorted file that is read and replaced as a whole.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "layer/store/index_records.h"

namespace layer {

// A file of this form, in this machine's byte order:
//   index    := magic count{7} checksum table{7}
//   magic    := "veneer index " version LF, zeros up to 16 bytes
//   count    := u64, the records of a table
//   checksum := u64, the CRC-32 of counts and tables
//   table    := records in ascending order of their keys, no key twice
// It is never changed: a new one takes its name. So a reader needs no lock and sees one state; a
// killed writer or a full disk leaves the old one; and damage is seen before anything is believed.
// It is read, not mapped: a file that is truncated meanwhile would be a signal.
inline constexpr int kIndexVersion = 2;

class Index {
 public:
  // Reads the file; an index without records if there is none. Throws Error when it cannot be read,
  // is damaged or is not an index of this version.
  static Index open(const std::string& path);

  // Null when there is none. Valid as long as the index.
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
    std::span<const ContentRecord> contents;
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

// The records of `index` and `added`, of which the latter count where both have a key, and of two
// added with one key the later. Left out is what belongs to a blob that `has_blob` denies, blobs of
// memos that others take the place of, and files seen before `oldest_file`.
IndexTables merge_tables(const Index& index, IndexTables added,
                         const std::function<bool(const Digest&)>& has_blob, int64_t oldest_file);

// Writes `tables` as `path`, replacing what is there. Throws Error.
void write_index(const std::string& path, const IndexTables& tables);

}  // namespace layer
