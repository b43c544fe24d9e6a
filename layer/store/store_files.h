// The files of a store: their paths, its lock, its blobs, and which of these may go.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/digest.h"
#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/store/index.h"

namespace layer {

inline constexpr std::string_view kFullStoreHelp =
    "make room with `veneer store gc`, or build with --no-store";

// Paths in a store, which holds the files veneer-store, index, lock and blobs/sha256/<hex>.
std::string store_index_path(const std::string& directory);
std::string store_blob_folder(const std::string& directory);
std::string store_blob_path(const std::string& directory, const Digest& digest);

// Whether a store can be changed or only read.
enum class StoreAccess : uint8_t { kWrite, kRead };

// Turns a directory that is absent or empty into a store, for the user alone; adds the mark to a
// store of an early veneer, which made none. Does nothing to a store that can only be read. Throws
// Error if the directory is anything else or cannot be created.
StoreAccess make_store(const std::string& directory);

// The access to an existing store. Throws Error if the directory is no store.
StoreAccess check_store(const std::string& directory);

// Waits for the store's lock, which is held while the result lives. It is needed to change what the
// store has, and must not be held while a blob is compressed or read.
FileHandle lock_store(const std::string& directory);

// Reads the index; if it is damaged, returns an empty one and adds a warning.
Index open_store_index(const std::string& directory, std::vector<Diagnostic>& warnings);

struct BlobFile {
  Digest digest;
  uint64_t size = 0;
  int64_t used = 0;  // nanoseconds since the epoch
};

// Every blob in the store, sorted by digest. Files that do not have a blob's name are ignored.
std::vector<BlobFile> list_blobs(const std::string& directory);

// Removes temporary files that killed processes left, and counts the bytes of those that running
// processes still use. `now` is as for Store. To be called under the lock.
struct TemporaryFiles {
  uint64_t removed = 0;
  uint64_t removed_bytes = 0;
  uint64_t used_bytes = 0;
};
TemporaryFiles remove_litter(const std::string& directory, int64_t now);

struct GcLimits {
  uint64_t max_size = UINT64_MAX;  // bytes of all blobs
  int64_t oldest = INT64_MIN;      // blobs last used before this go
};

// The blobs to remove so that the rest is within the limits: the least recently used first. A use
// more than an hour after `now` was noted by a clock that was wrong, and counts as none.
std::vector<BlobFile> choose_garbage(std::vector<BlobFile> blobs, const GcLimits& limits,
                                     int64_t now);

void remove_blob(const std::string& directory, const Digest& digest);

// Writes an index merged from `current` and `added`, for the blobs that exist, and removes blobs
// that it does not name. To be called under the lock.
void replace_index(const std::string& directory, const Index& current, IndexTables added,
                   int64_t oldest_file);

// Whether the file is the one recorded and was not written to since.
bool is_untouched(const BlobRecord& record, const struct stat& status);

// The checksums of a blob's bytes: SHA-256, and CRC-32, which is cheaper.
struct BlobSums {
  Digest digest;
  uint32_t crc = 0;
};
BlobSums sum_file(int fd, const std::string& path);
uint32_t crc_of_file(int fd, const std::string& path);

}  // namespace layer
