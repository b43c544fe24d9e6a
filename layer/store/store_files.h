// The files of a store: where they lie, its lock, its blobs and when they were used.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/digest.h"
#include "layer/error.h"
#include "layer/file_handle.h"
#include "layer/store/index.h"

namespace layer {

inline constexpr std::string_view kFullStoreHelp =
    "make room with `veneer store gc`, or build with --no-store";

// DIRECTORY/ index lock blobs/sha256/<hex>...
std::string store_index_path(const std::string& directory);
std::string store_blob_folder(const std::string& directory);
std::string store_blob_path(const std::string& directory, const Digest& digest);

// Makes the directory and its folders, for the user alone. Throws Error.
void make_store(const std::string& directory);

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

Digest hash_file(int fd, const std::string& path);

}  // namespace layer
