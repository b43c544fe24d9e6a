// Looks up, opens and verifies blobs; commits a run's additions under the store's lock.
#include "layer/store/store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "layer/base/crc32.h"
#include "layer/disk/stamp.h"
#include "layer/disk/sync.h"
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

BlobRecord record_of(const Digest& digest, const struct stat& status, uint32_t crc,
                     int64_t proven) {
  const Stamp stamp = stamp_of(status);
  return {digest, stamp.device, stamp.inode, stamp.size, stamp.mtime, crc, proven};
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
  access_ = make_store(directory_);
  index_ = open_store_index(directory_, warnings_);
  if (is_writable()) return;
  warnings_.push_back(
      {{directory_}, "cannot be written; its content is used, but nothing is added", {}, {}});
}

BlobPointer Store::open_blob(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  return find_blob(digest, kAlwaysProven);
}

BlobPointer& Store::find_blob(const Digest& digest, uint64_t always) {
  const auto [found, is_new] = open_.try_emplace(digest);
  const BlobRecord* record = is_new ? index_.find_blob(digest) : nullptr;
  if (record != nullptr) found->second = check_blob(*record, always);
  return found->second;
}

BlobPointer Store::check_blob(const BlobRecord& record, uint64_t always) {
  const std::string path = store_blob_path(directory_, record.key);
  FileHandle file = try_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  // Dropped by another process; or this one lacks what it takes to look, which is no damage.
  if (!file && (errno == ENOENT || errno == EMFILE || errno == ENFILE || errno == ENOMEM))
    return nullptr;
  struct stat status = {};
  try {
    if (!file) throw system_error(path, "cannot open", errno);
    status = stat_of(file.get(), path);
    if (!S_ISREG(status.st_mode)) throw Error({path}, "is not a regular file");
    if (!is_proven(record, status, file.get(), always)) {
      drop_blob(record.key, status.st_ino, "is damaged");
      return nullptr;
    }
  } catch (const Error& error) {
    if (!file && lstat(path.c_str(), &status) != 0) return nullptr;
    drop_blob(record.key, status.st_ino, error.diagnostics().front().message);
    return nullptr;
  }
  mark_used(file.get());
  return std::make_shared<const StoredBlob>(
      StoredBlob{std::move(file), static_cast<uint64_t>(status.st_size), sharing_});
}

bool Store::is_proven(const BlobRecord& record, const struct stat& status, int fd,
                      uint64_t always) {
  const std::string path = store_blob_path(directory_, record.key);
  const auto size = static_cast<uint64_t>(status.st_size);
  if (size != record.size) return false;
  const bool is_due = record.proven < now_ - kProofAge || record.proven > now_ + kProofAge;
  if (!is_due && is_untouched(record, status)) {
    return size > always || crc_of_file(fd, path) == record.crc;
  }
  const BlobSums sums = sum_file(fd, path);
  if (sums.digest != record.key) return false;
  checked_.push_back(record_of(record.key, status, sums.crc, now_));
  return true;
}

void Store::drop_blob(const Digest& digest, uint64_t inode, std::string why) {
  damaged_.emplace_back(digest, inode);
  Diagnostic& warning = warnings_.emplace_back();
  warning.position.file = store_blob_path(directory_, digest);
  warning.message =
      std::move(why) + (is_writable() ? "; it is dropped from the store" : "; it is not used");
}

std::optional<Stamp> Store::identity(std::string_view path, const Stamp& stamp) const {
  if (std::optional<Stamp> known = inputs_.find(path, stamp)) return known;
  if (is_settled(stamp, now_)) return stamp;
  return std::nullopt;
}

std::optional<KnownDigest> Store::find_file(std::string_view path, const Stamp& stamp) const {
  const std::optional<Stamp> known = identity(path, stamp);
  if (!known) return std::nullopt;
  const FileRecord* record = index_.find_file(known->device, known->inode);
  if (record == nullptr || record->size != known->size || record->mtime != known->mtime ||
      record->ctime != known->ctime) {
    return std::nullopt;
  }
  return KnownDigest{record->digest, record->is_program != 0};
}

void Store::add_file(std::string_view path, const Stamp& stamp, const KnownDigest& content) {
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
  if (record == nullptr) return {};
  const std::lock_guard lock(mutex_);
  BlobPointer& blob = find_blob(record->blob, 0);
  if (blob == nullptr) return {};
  Memo memo;
  memo.memory = std::make_unique_for_overwrite<char[]>(blob->size);
  memo.size = blob->size;
  const auto memory = std::as_writable_bytes(std::span(memo.memory.get(), memo.size));
  const std::string path = store_blob_path(directory_, record->blob);
  const bool is_whole = read_fully(blob->file.get(), 0, memory, path) == memo.size;
  if (is_whole && crc32_of(memory) == index_.find_blob(record->blob)->crc) return memo;
  drop_blob(record->blob, stat_of(blob->file.get(), path).st_ino, "is damaged");
  blob = nullptr;
  return {};
}

void Store::add_memo(const Digest& key, std::string_view bytes) {
  if (!is_writable()) return;
  OutputFile file = create_blob();
  file.write(std::as_bytes(std::span(bytes)));
  const Digest digest = sha256(std::as_bytes(std::span(bytes)));
  add_blob(digest, std::move(file));
  added_.memos.push_back({key, digest});
}

OutputFile Store::create_blob() const {
  const std::string folder = store_blob_folder(directory_);
  // It may be removed while builds run.
  if (is_writable() && access(folder.c_str(), F_OK) != 0) make_store(directory_);
  return OutputFile({folder, kFullStoreHelp});
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
  const uint32_t crc = crc_of_file(file.fd(), path);
  begin_sync(file.fd());
  new_blobs_.push_back({digest, crc, std::move(file)});
  return blob;
}

void Store::sync_blobs() const {
  std::vector<int> files;
  for (const NewBlob& blob : new_blobs_) files.push_back(blob.file.fd());
  sync_files(files, store_blob_folder(directory_));
}

// A blob of the same name stays if it can be trusted; its bytes are the same.
void Store::place_blobs(const Index& current) {
  for (const auto& [digest, inode] : damaged_) {
    struct stat status = {};
    const std::string path = store_blob_path(directory_, digest);
    if (lstat(path.c_str(), &status) == 0 && status.st_ino == inode)
      remove_blob(directory_, digest);
  }
  for (auto& [digest, crc, file] : new_blobs_) {
    struct stat status = {};
    const std::string path = store_blob_path(directory_, digest);
    const BlobRecord* record = current.find_blob(digest);
    const bool is_there =
        record != nullptr && lstat(path.c_str(), &status) == 0 && is_untouched(*record, status);
    if (!is_there) {
      file.commit(path, kBlobMode);
      added_.blobs.push_back(record_of(digest, stat_of(file.fd(), path), crc, now_));
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
  if (!is_changed || !is_writable()) return;
  sync_blobs();
  if (make_store(directory_) == StoreAccess::kRead) return;  // it may have been removed meanwhile
  const FileHandle lock = lock_store(directory_);
  std::vector<Diagnostic> told_before;
  const Index current = open_store_index(directory_, told_before);
  place_blobs(current);
  if (!new_blobs_.empty()) sync_folder(store_blob_folder(directory_));
  const uint64_t temporary = std::min(remove_litter(directory_, now_).used_bytes, max_size);
  for (const BlobFile& blob :
       choose_garbage(list_blobs(directory_), {max_size - temporary}, now_)) {
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
