// The files of a store: where they lie, its lock, its blobs and when they were used.
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

// DIRECTORY/ veneer-store index lock blobs/sha256/<hex>...
std::string store_index_path(const std::string& directory);
std::string store_blob_folder(const std::string& directory);
std::string store_blob_path(const std::string& directory, const Digest& digest);

// Whether what is in a store can be changed; if not, it can be read.
enum class StoreAccess : uint8_t { kWrite, kRead };

// Makes a store of a directory that is absent or empty, for the user alone, and marks one of a veneer
// that made no mark. Throws Error if the directory is anything else, or cannot be made.
StoreAccess make_store(const std::string& directory);

// Of a store that is there; throws Error if it is none.
StoreAccess check_store(const std::string& directory);

// Held by whoever changes what the store has; never while compressing or reading a blob.
FileHandle lock_store(const std::string& directory);

// The index; an empty one with a warning when it is damaged.
Index open_store_index(const std::string& directory, std::vector<Diagnostic>& warnings);

struct BlobFile {
  Digest digest;
  uint64_t size = 0;
  int64_t used = 0;  // nanoseconds since the epoch
};

// Every blob that is there, by digest. Files that are not called like one are not touched.
std::vector<BlobFile> list_blobs(const std::string& directory);

// What a process that was killed before its files had their names has left: removes it, and says how
// many bytes the files of processes that still run have. `now` as for Store. Under the lock.
struct TemporaryFiles {
  uint64_t removed = 0;
  uint64_t removed_bytes = 0;
  uint64_t used_bytes = 0;
};
TemporaryFiles remove_litter(const std::string& directory, int64_t now);

struct GcLimits {
  uint64_t max_size = UINT64_MAX;  // bytes of all blobs
  int64_t oldest = INT64_MIN;      // what was last used before goes
};

// What goes so that the rest keeps the limits: the least recently used first.
std::vector<BlobFile> choose_garbage(std::vector<BlobFile> blobs, const GcLimits& limits);

void remove_blob(const std::string& directory, const Digest& digest);

// Writes the index of `current` and `added` for the blobs that are there; removes blobs that no
// index would name. To be called under the lock.
void replace_index(const std::string& directory, const Index& current, IndexTables added,
                   int64_t oldest_file);

// Whether the file is the one recorded and was not written to since.
bool is_untouched(const BlobRecord& record, const struct stat& status);

// What is known of a blob by its bytes: SHA-256, and CRC-32, which is cheaper.
struct BlobSums {
  Digest digest;
  uint32_t crc = 0;
};
BlobSums sum_file(int fd, const std::string& path);
uint32_t crc_of_file(int fd, const std::string& path);

}  // namespace layer
