// Measures, collects and verifies stores.
#include "layer/store/maintain.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "layer/disk/stamp.h"

namespace layer {
namespace {

// A blob that is not what it should be, as it was found.
struct BadBlob {
  Digest digest;
  uint64_t inode = 0;
  std::string message;
};

// Says what is wrong with a blob, or adds to `proven` how it was found; neither if it is gone.
void check_blob(const std::string& directory, const Digest& digest, const Index& index,
                std::vector<BadBlob>& found, std::vector<BlobRecord>& proven) {
  const std::string path = store_blob_path(directory, digest);
  const FileHandle file = try_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file && errno == ENOENT) return;
  struct stat status = {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    if (lstat(path.c_str(), &status) == 0)
      found.push_back({digest, status.st_ino, "cannot be read"});
    return;
  }
  const BlobRecord* record = index.find_blob(digest);
  const Stamp stamp = stamp_of(status);
  if (record != nullptr && record->size != stamp.size) {
    found.push_back({digest, status.st_ino,
                     fmt::format("{}: it has {} bytes, and the index says {}",
                                 stamp.size < record->size ? "is cut short" : "has grown",
                                 stamp.size, record->size)});
    return;
  }
  BlobSums sums;
  try {
    sums = sum_file(file.get(), path);
  } catch (const Error& error) {
    found.push_back({digest, status.st_ino, error.diagnostics().front().message});
    return;
  }
  if (sums.digest != digest) {
    found.push_back(
        {digest, status.st_ino,
         fmt::format("has digest {}, which differs from its name", sums.digest.to_string())});
    return;
  }
  if (record == nullptr) return;
  proven.push_back(
      {digest, stamp.device, stamp.inode, stamp.size, stamp.mtime, uint64_t{sums.crc}, 0});
}

void warn(const std::string& directory, const BadBlob& finding, Repair repair,
          StoreChange& change) {
  Diagnostic& warning = change.warnings.emplace_back();
  warning.position.file = store_blob_path(directory, finding.digest);
  warning.message = finding.message;
  if (repair == Repair::kDrop) warning.message += "; it is dropped from the store";
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
  }
}

void remove_left_over(const std::string& directory, int64_t now, StoreChange& change) {
  const TemporaryFiles temporary = remove_litter(directory, now);
  change.left_over_files = temporary.removed;
  change.left_over_bytes = temporary.removed_bytes;
}

[[noreturn]] void throw_read_only(const std::string& directory) {
  throw Error({directory}, "cannot be written")
      .with_help("run this with write access to the store");
}

void count_kept(const std::string& directory, StoreChange& change) {
  for (const BlobFile& blob : list_blobs(directory)) {
    ++change.kept_blobs;
    change.kept_bytes += blob.size;
  }
}

}  // namespace

StoreStatistics measure_store(const std::string& directory) {
  check_store(directory);
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
  statistics.frames = index.tables().frames_by_content.size();
  statistics.memos = index.tables().memos.size();
  statistics.files = index.tables().files.size();
  return statistics;
}

StoreChange collect_garbage(const std::string& directory, const GcLimits& limits, int64_t now) {
  if (check_store(directory) == StoreAccess::kRead) throw_read_only(directory);
  make_store(directory);  // marks it
  StoreChange change;
  const FileHandle lock = lock_store(directory);
  const Index index = open_store_index(directory, change.warnings);
  remove_left_over(directory, now, change);
  for (const BlobFile& blob : choose_garbage(list_blobs(directory), limits, now)) {
    remove_blob(directory, blob.digest);
    ++change.dropped_blobs;
    change.dropped_bytes += blob.size;
  }
  replace_index(directory, index, {}, limits.oldest);
  count_kept(directory, change);
  return change;
}

StoreChange verify_store(const std::string& directory, Repair repair, int64_t now) {
  const StoreAccess access = check_store(directory);
  if (repair == Repair::kDrop && access == StoreAccess::kRead) throw_read_only(directory);
  StoreChange change;
  std::vector<BadBlob> found;
  IndexTables proven;
  {
    const Index index = open_store_index(directory, change.warnings);
    for (const BlobFile& blob : list_blobs(directory)) {
      check_blob(directory, blob.digest, index, found, proven.blobs);
    }
  }
  for (const BadBlob& finding : found) warn(directory, finding, repair, change);
  change.damaged_blobs = found.size();
  if (repair == Repair::kDrop) {
    make_store(directory);  // marks it
    for (BlobRecord& record : proven.blobs) record.proven = now;
    const FileHandle lock = lock_store(directory);
    std::vector<Diagnostic> told_before;
    const Index index = open_store_index(directory, told_before);
    drop(directory, found, change);
    remove_left_over(directory, now, change);
    replace_index(directory, index, std::move(proven), INT64_MIN);
  }
  count_kept(directory, change);
  return change;
}

}  // namespace layer
