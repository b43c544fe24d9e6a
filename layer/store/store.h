// The store: a cache of blobs that earlier runs made, and the index of what is in them.
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

// A blob that is never written to again. Its bytes stay available while it is held, even if its
// name is removed.
struct StoredBlob {
  FileHandle file;
  uint64_t size = 0;
  Sharing sharing = Sharing::kFile;  // with outputs
};
using BlobPointer = std::shared_ptr<const StoredBlob>;

// When an unchanged-looking blob is verified again, because bytes that a disk corrupts by itself do
// not change its stamp: at most kAlwaysProven bytes, at every use; larger ones, if they were not
// verified for kProofAge (nanoseconds).
inline constexpr uint64_t kAlwaysProven = uint64_t{4} << 20;
inline constexpr int64_t kProofAge = int64_t{24} * 3600 * 1'000'000'000;

struct Memo {
  std::unique_ptr<char[]> memory;  // null: there is no memo
  size_t size = 0;

  explicit operator bool() const { return memory != nullptr; }
  std::string_view bytes() const { return {memory.get(), size}; }
};

struct KnownDigest {
  Digest digest;
  bool is_program = false;
};

// A store: a directory that any number of processes may use at once; docs/store.md describes it. It
// is a cache: it may be deleted at any time, and only costs the next run time. Everything that a
// run adds appears at once, in commit().
class Store {
 public:
  // Opens the store in `directory`, and creates it if it does not exist. `now`, in nanoseconds
  // since the epoch, must be before any input was statted. Digests in `inputs` take precedence over
  // stamps. Throws Error if the directory cannot be created or exists and is no store. A damaged
  // index is only a warning, and so is a store that cannot be written, to which nothing is then
  // added.
  Store(std::string directory, int64_t now, InputDigests inputs = {},
        Sharing sharing = Sharing::kFile);

  const Index& index() const { return index_; }
  int64_t now() const { return now_; }
  // The records that this run adds, for commit(). One thread at a time.
  IndexTables& added() { return added_; }

  bool is_writable() const { return access_ == StoreAccess::kWrite; }

  // Opens a blob of the index whose bytes can be trusted; null if there is none. The blob is
  // verified first if it was touched since it was written, was not verified for kProofAge, or has
  // at most kAlwaysProven bytes. Opening counts as a use. Safe to call from any thread.
  BlobPointer open_blob(const Digest& digest);

  // What stands for a file's content in keys and records. `stamp` is the stamp of the file at
  // `path`. The result is the digest's stand-in if the file is an input of known digest, else the
  // stamp itself. No value if the stamp may come to stand for another content; see is_settled().
  // Safe to call from any thread.
  std::optional<Stamp> identity(std::string_view path, const Stamp& stamp) const;

  // Looks up, and records, the content of a file. Without an identity() nothing is found or
  // recorded. Safe to call from any thread.
  std::optional<KnownDigest> find_file(std::string_view path, const Stamp& stamp) const;
  void add_file(std::string_view path, const Stamp& stamp, const KnownDigest& content);

  // What an earlier run stored under a key; null if there is nothing that can be trusted. Safe to
  // call from any thread.
  Memo find_memo(const Digest& key);
  // Stores a memo for later runs and replaces the one under this key. One thread at a time.
  void add_memo(const Digest& key, std::string_view bytes);

  // Begins a new blob, and adds it once it is complete; from then on it is only read. Only for a
  // store that is_writable().
  OutputFile create_blob() const;
  BlobPointer add_blob(const Digest& digest, OutputFile file);

  // Flushes to disk what was added and then gives it its names; then drops the least recently used
  // blobs until the others have at most `max_size` bytes in total. Call this before any output that
  // shares a new blob's file could be removed, because a file that has lost its last name cannot be
  // linked again (linkat(2)).
  void commit(uint64_t max_size);

  // What was found damaged, or could not be used.
  std::vector<Diagnostic> warnings() const;

 private:
  struct NewBlob {
    Digest digest;
    uint32_t crc = 0;
    OutputFile file;
  };

  // Blobs of at most `always` bytes are verified at every use.
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

  mutable std::mutex mutex_;  // guards the members below
  std::map<Digest, BlobPointer> open_;
  std::vector<std::pair<Digest, uint64_t>> damaged_;  // and the inode of the damaged file
  std::vector<FileRecord> files_;
  std::vector<BlobRecord> checked_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace layer
