// What earlier runs made, kept for later ones: blobs and the index that says what is in them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/output_file.h"
#include "layer/disk/stamp.h"
#include "layer/store/index.h"
#include "layer/store/input_digests.h"
#include "layer/store/store_files.h"

namespace layer {

// A blob that nobody writes to any more. Its bytes stay while it is held, whatever becomes of its
// name.
struct StoredBlob {
  FileHandle file;
  uint64_t size = 0;
  Sharing sharing = Sharing::kFile;  // with outputs
};
using BlobPointer = std::shared_ptr<const StoredBlob>;

// Blobs up to this size are compared whenever they are used, larger ones if that was not done for so
// long: bytes that a disk changes by itself show in no stamp.
inline constexpr uint64_t kAlwaysProven = uint64_t{4} << 20;
inline constexpr int64_t kProofAge = int64_t{24} * 3600 * 1'000'000'000;

struct Memo {
  std::unique_ptr<char[]> memory;  // null: there is none
  size_t size = 0;

  explicit operator bool() const { return memory != nullptr; }
  std::string_view bytes() const { return {memory.get(), size}; }
};

struct FileContent {
  Digest digest;
  bool is_program = false;
};

// A directory that any number of processes use at once; docs/store.md describes it. Nothing in it
// is missed when it is gone but time. Everything that a run adds appears at once, in commit().
class Store {
 public:
  // `now`, in nanoseconds since the epoch, is a moment before any input was looked at. Makes the
  // directory. Throws Error if that cannot be done or if it is there and no store; a damaged index
  // is a warning, and so is a store that can be read and not written: nothing is added to it. What is
  // known of the `inputs` counts more than their stamps.
  Store(std::string directory, int64_t now, InputDigests inputs = {},
        Sharing sharing = Sharing::kFile);

  const Index& index() const { return index_; }
  int64_t now() const { return now_; }
  // Where commit() finds what this run adds; one thread at a time.
  IndexTables& added() { return added_; }

  bool is_writable() const { return access_ == StoreAccess::kWrite; }

  // A blob of the index whose bytes can be trusted; null if there is none. Read and compared first is
  // one that was touched since it was written, one for which that was not done for kProofAge, and any
  // of at most kAlwaysProven bytes. Counts as a use. Any thread.
  BlobPointer open_blob(const Digest& digest);

  // What stands for the content of the file at `path`, which has this stamp, in keys and records: its
  // stand-in if the file is an input of known digest, else the stamp itself. Absent if it may come to
  // stand for another content, see is_settled(). Any thread.
  std::optional<Stamp> identity(std::string_view path, const Stamp& stamp) const;

  // The content of a file, if it is known, and remembering it. Only where there is an identity(). Any
  // thread.
  std::optional<FileContent> find_file(std::string_view path, const Stamp& stamp) const;
  void add_file(std::string_view path, const Stamp& stamp, const FileContent& content);

  // What an earlier run noted under a key; null if nothing that can be trusted. Any thread.
  Memo find_memo(const Digest& key);
  // For later runs, in place of what is there. One thread at a time.
  void add_memo(const Digest& key, std::string_view bytes);

  // A file for a blob that is being made, and its being whole: from then on it is read only. Only in
  // a store that is_writable().
  OutputFile create_blob() const;
  BlobPointer add_blob(const Digest& digest, OutputFile file);

  // Puts what was added in place once it is on the disk, then drops the blobs not used for longest
  // until the rest are `max_size` bytes or fewer. To be called before an output that shares a new
  // blob's file could be removed: a file that has lost its only name is given none again (linkat(2)).
  void commit(uint64_t max_size);

  // What was found wrong and dropped.
  std::vector<Diagnostic> warnings() const;

 private:
  struct NewBlob {
    Digest digest;
    uint32_t crc = 0;
    OutputFile file;
  };

  // Compared whenever they are used are blobs of at most `always` bytes.
  BlobPointer& find_blob(const Digest& digest, uint64_t always);
  BlobPointer check_blob(const BlobRecord& record, uint64_t always);
  bool is_proven(const BlobRecord& record, const struct stat& status, int fd, uint64_t always);
  void drop_blob(const Digest& digest, uint64_t inode, std::string why);
  void sync_blobs() const;
  void place_blobs(const Index& current);

  const std::string directory_;
  const int64_t now_;
  const InputDigests inputs_;
  const Sharing sharing_;
  StoreAccess access_ = StoreAccess::kWrite;
  Index index_;
  IndexTables added_;
  std::vector<NewBlob> new_blobs_;

  mutable std::mutex mutex_;  // for what follows
  std::map<Digest, BlobPointer> open_;
  std::vector<std::pair<Digest, uint64_t>> damaged_;  // and the inode that was
  std::vector<FileRecord> files_;
  std::vector<BlobRecord> checked_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace layer
