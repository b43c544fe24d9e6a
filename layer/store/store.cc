// Looks up, opens and checks blobs; puts a run's additions in place under the store's lock.
#include "layer/store/store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "layer/store/stamp.h"
#include "layer/store/store_files.h"

namespace layer {
namespace {

constexpr mode_t kBlobMode = 0444;
// A file that was not seen for so long is hashed again when it is.
constexpr int64_t kMaxFileAge = int64_t{90} * 24 * 3600 * kNanosecondsPerSecond;

struct stat stat_of(int fd, const std::string& path) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) throw system_error(path, "cannot stat", errno);
  return status;
}

BlobRecord record_of(const Digest& digest, const struct stat& status) {
  const Stamp stamp = stamp_of(status);
  return {digest, stamp.device, stamp.inode, stamp.size, stamp.mtime};
}

// Marks a use for list_blobs(). What fails costs a place in the order of use, no more: on a file
// system that is mounted read-only, say.
void mark_used(int fd) {
  const timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  [[maybe_unused]] const int ignored = futimens(fd, times);
}

}  // namespace

Store::Store(std::string directory, int64_t now, InputDigests inputs, Sharing sharing)
    : directory_(std::move(directory)), now_(now), inputs_(std::move(inputs)), sharing_(sharing) {
  make_store(directory_);
  index_ = open_store_index(directory_, warnings_);
}

BlobPointer Store::open_blob(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = open_.try_emplace(digest);
  if (is_new) found->second = check_blob(digest);
  return found->second;
}

BlobPointer Store::check_blob(const Digest& digest) {
  const BlobRecord* record = index_.find_blob(digest);
  if (record == nullptr) return nullptr;
  const std::string path = store_blob_path(directory_, digest);
  FileHandle file = try_open(path, O_RDONLY | O_NOFOLLOW);
  if (!file && errno == ENOENT) return nullptr;  // dropped by another process
  if (!file) throw system_error(path, "cannot open", errno);
  const struct stat status = stat_of(file.get(), path);
  const auto size = static_cast<uint64_t>(status.st_size);
  if (!is_untouched(*record, status)) {
    if (size != record->size || hash_file(file.get(), path) != digest) {
      drop_blob(digest, status.st_ino, "is damaged");
      return nullptr;
    }
    checked_.push_back(record_of(digest, status));
  }
  mark_used(file.get());
  return std::make_shared<const StoredBlob>(StoredBlob{std::move(file), size, sharing_});
}

void Store::drop_blob(const Digest& digest, uint64_t inode, std::string why) {
  damaged_.emplace_back(digest, inode);
  Diagnostic& warning = warnings_.emplace_back();
  warning.position.file = store_blob_path(directory_, digest);
  warning.message = std::move(why) + "; it is dropped from the store";
}

std::optional<Stamp> Store::identity(std::string_view path, const Stamp& stamp) const {
  if (std::optional<Stamp> known = inputs_.find(path, stamp)) return known;
  if (is_settled(stamp, now_)) return stamp;
  return std::nullopt;
}

std::optional<FileContent> Store::find_file(std::string_view path, const Stamp& stamp) const {
  const std::optional<Stamp> known = identity(path, stamp);
  if (!known) return std::nullopt;
  const FileRecord* record = index_.find_file(known->device, known->inode);
  if (record == nullptr || record->size != known->size || record->mtime != known->mtime ||
      record->ctime != known->ctime) {
    return std::nullopt;
  }
  return FileContent{record->digest, record->is_program != 0};
}

void Store::add_file(std::string_view path, const Stamp& stamp, const FileContent& content) {
  const std::optional<Stamp> known = identity(path, stamp);
  if (!known) return;
  const std::lock_guard lock(mutex_);
  files_.push_back({{known->device, known->inode},
                    known->size,
                    known->mtime,
                    known->ctime,
                    content.digest,
                    content.is_program ? 1U : 0U,
                    now_});
}

Memo Store::find_memo(const Digest& key) {
  const MemoRecord* record = index_.find_memo(key);
  const BlobPointer blob = record == nullptr ? nullptr : open_blob(record->blob);
  if (blob == nullptr) return {};
  Memo memo;
  memo.memory = std::make_unique_for_overwrite<char[]>(blob->size);
  memo.size = blob->size;
  const std::span<char> memory(memo.memory.get(), memo.size);
  const std::string path = store_blob_path(directory_, record->blob);
  // Nobody writes to it any more, so that less can only be a fault of the disk.
  if (read_fully(blob->file.get(), 0, std::as_writable_bytes(memory), path) != memo.size) return {};
  return memo;
}

void Store::add_memo(const Digest& key, std::string_view bytes) {
  OutputFile file = create_blob();
  file.write(std::as_bytes(std::span(bytes)));
  const Digest digest = sha256(std::as_bytes(std::span(bytes)));
  add_blob(digest, std::move(file));
  added_.memos.push_back({key, digest});
}

OutputFile Store::create_blob() const {
  return OutputFile(store_blob_folder(directory_), kFullStoreHelp);
}

BlobPointer Store::add_blob(const Digest& digest, OutputFile file) {
  const std::string path = store_blob_path(directory_, digest);
  // The time of the run's begin, so that any write from now on gives it another.
  const timespec times[2] = {{0, UTIME_NOW},
                             {now_ / kNanosecondsPerSecond, now_ % kNanosecondsPerSecond}};
  if (fchmod(file.fd(), kBlobMode) != 0 || futimens(file.fd(), times) != 0) {
    throw system_error(path, "cannot set its mode and time", errno);
  }
  auto blob = std::make_shared<const StoredBlob>(
      StoredBlob{duplicate(file.fd(), path), file.size(), sharing_});
  new_blobs_.emplace_back(digest, std::move(file));
  return blob;
}

// A blob of the same name stays if it can be trusted; its bytes are the same.
void Store::place_blobs(const Index& current) {
  for (const auto& [digest, inode] : damaged_) {
    struct stat status = {};
    const std::string path = store_blob_path(directory_, digest);
    if (lstat(path.c_str(), &status) == 0 && status.st_ino == inode)
      remove_blob(directory_, digest);
  }
  for (auto& [digest, file] : new_blobs_) {
    struct stat status = {};
    const std::string path = store_blob_path(directory_, digest);
    const BlobRecord* record = current.find_blob(digest);
    const bool is_there =
        record != nullptr && lstat(path.c_str(), &status) == 0 && is_untouched(*record, status);
    if (!is_there) {
      file.commit(path, kBlobMode);
      added_.blobs.push_back(record_of(digest, stat_of(file.fd(), path)));
    }
  }
}

void Store::commit(uint64_t max_size) {
  const std::lock_guard guard(mutex_);
  std::move(files_.begin(), files_.end(), std::back_inserter(added_.files));
  files_.clear();
  std::move(checked_.begin(), checked_.end(), std::back_inserter(added_.blobs));
  checked_.clear();
  bool is_changed = !new_blobs_.empty() || !damaged_.empty();
  IndexTables::for_each([&](const auto& table) { is_changed = is_changed || !table.empty(); },
                        added_);
  if (!is_changed) return;
  const FileHandle lock = lock_store(directory_);
  std::vector<Diagnostic> told_before;
  const Index current = open_store_index(directory_, told_before);
  place_blobs(current);
  for (const BlobFile& blob : choose_garbage(list_blobs(directory_), {max_size})) {
    remove_blob(directory_, blob.digest);
  }
  replace_index(directory_, current, std::move(added_), now_ - kMaxFileAge);
  added_ = {};
  new_blobs_.clear();
  damaged_.clear();
}

std::vector<Diagnostic> Store::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

}  // namespace layer
