// Counting, collecting, verifying.
#include "layer/store/maintain.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace layer {
namespace {

void check_is_store(const std::string& directory) {
  struct stat status = {};
  if (stat(store_blob_folder(directory).c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
  throw Error({directory}, "is not a store")
      .with_help("builds make one; name another with --store");
}

// A blob that is not what it should be, as it was found.
struct BadBlob {
  Digest digest;
  uint64_t inode = 0;
  std::string message;
};

// Says what is wrong with a blob; nothing if it is as it should be, or gone.
void check_blob(const std::string& directory, const Digest& digest, const Index& index,
                std::vector<BadBlob>& found) {
  const std::string path = store_blob_path(directory, digest);
  const FileHandle file = try_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file && errno == ENOENT) return;
  struct stat status = {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    if (lstat(path.c_str(), &status) == 0)
      found.push_back({digest, status.st_ino, "cannot be read"});
    return;
  }
  const Digest content = hash_file(file.get(), path);
  if (content != digest) {
    found.push_back({digest, status.st_ino, fmt::format("has digest {}", content.to_string())});
    return;
  }
  const BlobRecord* record = index.find_blob(digest);
  if (record != nullptr && record->size != static_cast<uint64_t>(status.st_size)) {
    found.push_back({digest, status.st_ino, "is of another size than the index says"});
  }
}

// Removes what is still there as it was found.
void drop(const std::string& directory, const std::vector<BadBlob>& found, StoreChange& change) {
  for (const BadBlob& finding : found) {
    const std::string path = store_blob_path(directory, finding.digest);
    struct stat status = {};
    if (lstat(path.c_str(), &status) != 0 || status.st_ino != finding.inode) continue;
    remove_blob(directory, finding.digest);
    ++change.dropped_blobs;
    change.dropped_bytes += static_cast<uint64_t>(status.st_size);
    Diagnostic& warning = change.warnings.emplace_back();
    warning.position.file = path;
    warning.message = finding.message + "; it is dropped from the store";
  }
}

void count_kept(const std::string& directory, StoreChange& change) {
  for (const BlobFile& blob : list_blobs(directory)) {
    ++change.kept_blobs;
    change.kept_bytes += blob.size;
  }
}

}  // namespace

StoreStatistics measure_store(const std::string& directory) {
  check_is_store(directory);
  StoreStatistics statistics;
  const Index index = open_store_index(directory, statistics.warnings);
  for (const BlobFile& blob : list_blobs(directory)) {
    ++statistics.blobs;
    statistics.blob_bytes += blob.size;
  }
  struct stat status = {};
  if (stat(store_index_path(directory).c_str(), &status) == 0) {
    statistics.index_bytes = static_cast<uint64_t>(status.st_size);
  }
  statistics.layers = index.tables().layers.size();
  statistics.frames = index.tables().contents.size();
  statistics.memos = index.tables().memos.size();
  statistics.files = index.tables().files.size();
  return statistics;
}

StoreChange collect_garbage(const std::string& directory, const GcLimits& limits) {
  check_is_store(directory);
  StoreChange change;
  const FileHandle lock = lock_store(directory);
  const Index index = open_store_index(directory, change.warnings);
  for (const BlobFile& blob : choose_garbage(list_blobs(directory), limits)) {
    remove_blob(directory, blob.digest);
    ++change.dropped_blobs;
    change.dropped_bytes += blob.size;
  }
  replace_index(directory, index, {}, limits.oldest);
  count_kept(directory, change);
  return change;
}

StoreChange verify_store(const std::string& directory) {
  check_is_store(directory);
  StoreChange change;
  std::vector<BadBlob> found;
  {
    const Index index = open_store_index(directory, change.warnings);
    for (const BlobFile& blob : list_blobs(directory)) {
      check_blob(directory, blob.digest, index, found);
    }
  }
  if (!found.empty() || !change.warnings.empty()) {
    const FileHandle lock = lock_store(directory);
    std::vector<Diagnostic> told_before;
    const Index index = open_store_index(directory, told_before);
    drop(directory, found, change);
    replace_index(directory, index, {}, INT64_MIN);
  }
  count_kept(directory, change);
  return change;
}

}  // namespace layer
