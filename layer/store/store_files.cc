// Handles paths, lock, listing, garbage, and an index that fits the blobs.
#include "layer/store/store_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "layer/base/crc32.h"
#include "layer/disk/directory_handle.h"
#include "layer/disk/file_lock.h"
#include "layer/disk/stamp.h"
#include "layer/disk/temporary_path.h"
#include "layer/store/store_mark.h"

namespace layer {
namespace {

constexpr mode_t kPrivate = 0700;
constexpr mode_t kOpenToAll = 0777;
constexpr mode_t kLockMode = 0600;
constexpr size_t kPieceSize = size_t{256} << 10;
constexpr int64_t kYoungLitter = 60 * kNanosecondsPerSecond;
constexpr int64_t kMostAhead = 3600 * kNanosecondsPerSecond;

std::optional<Digest> parse_hex(std::string_view text) {
  Digest digest;
  if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (size_t i = 0; i < digest.bytes.size(); ++i) {
    const char* begin = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, digest.bytes[i], 16);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
  }
  return digest;
}

int64_t last_use(const struct stat& status) {
  return std::max(nanoseconds_of(status.st_atim), nanoseconds_of(status.st_mtim));
}

// Whatever the umask, its owner can use it.
void make_directory(const std::string& path) {
  if (mkdir(path.c_str(), kPrivate) == 0 ? chmod(path.c_str(), kPrivate) != 0 : errno != EEXIST) {
    throw system_error(path, "cannot create the directory", errno);
  }
}

// As std::filesystem::create_directories(), but whatever the umask, their owner can use them.
void make_parents(const std::filesystem::path& parent, const std::string& directory) {
  std::filesystem::path made;
  for (const std::filesystem::path& component : parent) {
    made /= component;
    if (made.filename().empty()) continue;
    if (mkdir(made.c_str(), kOpenToAll) == 0) {
      std::error_code ignored;
      std::filesystem::permissions(made, std::filesystem::perms::owner_all,
                                   std::filesystem::perm_options::add, ignored);
    } else if (const int fault = errno; !std::filesystem::is_directory(made)) {
      throw system_error(directory, "cannot create the directory",
                         fault == EEXIST ? ENOTDIR : fault);
    }
  }
}

template <typename Take>
void read_pieces(int fd, const std::string& path, Take take) {
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kPieceSize);
  for (uint64_t offset = 0;;) {
    const size_t got = read_fully(fd, offset, {buffer.get(), kPieceSize}, path);
    take(std::span<const std::byte>(buffer.get(), got));
    if (got < kPieceSize) return;
    offset += got;
  }
}

// Whether the file system and the modes let this process change the store.
bool is_store_writable(const std::string& directory) {
  for (const std::string& folder : {directory, store_blob_folder(directory)}) {
    if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0 && errno != ENOENT) {
      return false;
    }
  }
  return true;
}

enum class LitterRule : uint8_t { kAll, kUnlocked };

// Removes the files without a name of their own that nobody writes any more, by the rule: kAll where
// only who holds the store's lock makes any. On others their writers hold a lock (see
// Store::create_blob()), but for the moment after they were made.
void remove_litter_in(const std::string& folder, LitterRule rule, int64_t now,
                      TemporaryFiles& found) {
  const DirectoryHandle stream = try_open_directory(folder);
  if (!stream && errno == ENOENT) return;
  if (!stream) throw system_error(folder, "cannot read the directory", errno);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): its own stream
  while (const dirent* entry = readdir(stream.get())) {
    if (!std::string_view(entry->d_name).starts_with(kTemporaryStart)) continue;
    const FileHandle file =
        try_open_at(dirfd(stream.get()), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    struct stat status = {};
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const auto size = static_cast<uint64_t>(status.st_size);
    const bool is_left =
        rule == LitterRule::kAll || (nanoseconds_of(status.st_mtim) < now - kYoungLitter &&
                                     flock(file.get(), LOCK_EX | LOCK_NB) == 0);
    if (is_left && unlinkat(dirfd(stream.get()), entry->d_name, 0) == 0) {
      ++found.removed;
      found.removed_bytes += size;
    } else {
      found.used_bytes += size;
    }
  }
}

}  // namespace

std::string store_index_path(const std::string& directory) {
  return directory + "/index";
}

std::string store_blob_folder(const std::string& directory) {
  return directory + "/blobs/sha256";
}

std::string store_blob_path(const std::string& directory, const Digest& digest) {
  return store_blob_folder(directory) + '/' + digest.hex();
}

StoreAccess make_store(const std::string& directory) {
  const StoreState state = find_store_state(directory);
  if (state == StoreState::kOther) throw_other_directory(directory);
  if (state != StoreState::kNone && !is_store_writable(directory)) return StoreAccess::kRead;
  if (state == StoreState::kNone) {
    const std::filesystem::path parent = std::filesystem::path(directory).parent_path();
    if (!parent.empty()) make_parents(parent, directory);
    make_directory(directory);
  }
  if (state != StoreState::kMarked) {
    const FileHandle lock = lock_store(directory);
    mark_store(directory);
  }
  make_directory(directory + "/blobs");
  make_directory(store_blob_folder(directory));
  return StoreAccess::kWrite;
}

StoreAccess check_store(const std::string& directory) {
  const StoreState state = find_store_state(directory);
  if (state == StoreState::kOther) throw_other_directory(directory);
  if (state == StoreState::kNone) {
    throw Error({directory}, "is not a store")
        .with_help("a build creates a store; name an existing one with --store");
  }
  return is_store_writable(directory) ? StoreAccess::kWrite : StoreAccess::kRead;
}

FileHandle lock_store(const std::string& directory) {
  const std::string path = directory + "/lock";
  // Whatever the umask, its owner can open it again.
  const FileHandle made = try_open(path, O_RDWR | O_CREAT | O_EXCL);
  if (made) fchmod(made.get(), kLockMode);
  return open_locked(path, O_RDWR | O_CREAT);
}

Index open_store_index(const std::string& directory, std::vector<Diagnostic>& warnings) {
  try {
    return Index::open(store_index_path(directory));
  } catch (const Error& error) {
    Diagnostic warning = error.diagnostics().front();
    warning.message += "; the store starts empty";
    warnings.push_back(std::move(warning));
    return {};
  }
}

std::vector<BlobFile> list_blobs(const std::string& directory) {
  const std::string folder = store_blob_folder(directory);
  const DirectoryHandle stream = try_open_directory(folder);
  if (!stream && errno == ENOENT) return {};  // removed, or a run was killed before it made any
  if (!stream) throw system_error(folder, "cannot read the directory", errno);
  std::vector<BlobFile> blobs;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): its own stream
    if (entry == nullptr && errno != 0) throw system_error(folder, "cannot read it", errno);
    if (entry == nullptr) break;
    const std::optional<Digest> digest = parse_hex(entry->d_name);
    if (!digest) continue;
    struct stat status = {};
    if (fstatat(dirfd(stream.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // another process dropped it
      throw system_error(folder + '/' + entry->d_name, "cannot stat", errno);
    }
    blobs.push_back({*digest, static_cast<uint64_t>(status.st_size), last_use(status)});
  }
  std::sort(blobs.begin(), blobs.end(),
            [](const BlobFile& a, const BlobFile& b) { return a.digest < b.digest; });
  return blobs;
}

TemporaryFiles remove_litter(const std::string& directory, int64_t now) {
  TemporaryFiles found;
  remove_litter_in(directory, LitterRule::kAll, now, found);
  remove_litter_in(store_blob_folder(directory), LitterRule::kUnlocked, now, found);
  return found;
}

std::vector<BlobFile> choose_garbage(std::vector<BlobFile> blobs, const GcLimits& limits,
                                     int64_t now) {
  for (BlobFile& blob : blobs) {
    if (blob.used > now + kMostAhead) blob.used = INT64_MIN;
  }
  std::stable_sort(blobs.begin(), blobs.end(),
                   [](const BlobFile& a, const BlobFile& b) { return a.used < b.used; });
  uint64_t total = 0;
  for (const BlobFile& blob : blobs) total += blob.size;
  auto end = blobs.begin();
  for (; end != blobs.end() && (total > limits.max_size || end->used < limits.oldest); ++end) {
    total -= end->size;
  }
  blobs.erase(end, blobs.end());
  return blobs;
}

void remove_blob(const std::string& directory, const Digest& digest) {
  const std::string path = store_blob_path(directory, digest);
  int fault = unlink(path.c_str()) == 0 ? 0 : errno;
  if (fault == EISDIR) fault = rmdir(path.c_str()) == 0 ? 0 : errno;  // whoever put it there
  if (fault != 0 && fault != ENOENT) throw system_error(path, "cannot remove", fault);
}

void replace_index(const std::string& directory, const Index& current, IndexTables added,
                   int64_t oldest_file) {
  const std::vector<BlobFile> blobs = list_blobs(directory);
  const auto has_blob = [&](const Digest& digest) {
    return std::binary_search(
        blobs.begin(), blobs.end(), BlobFile{digest},
        [](const BlobFile& a, const BlobFile& b) { return a.digest < b.digest; });
  };
  const IndexTables tables = merge_tables(current, std::move(added), has_blob, oldest_file);
  const std::string path = store_index_path(directory);
  rmdir(path.c_str());  // an empty directory in its place, if there is one
  write_index(path, tables);
  for (const BlobFile& blob : blobs) {
    const bool is_named =
        std::binary_search(tables.blobs.begin(), tables.blobs.end(), BlobRecord{blob.digest},
                           [](const BlobRecord& a, const BlobRecord& b) { return a.key < b.key; });
    if (!is_named) remove_blob(directory, blob.digest);
  }
}

bool is_untouched(const BlobRecord& record, const struct stat& status) {
  const Stamp found = stamp_of(status);
  // Links made to a blob change its change time.
  return is_same_content(found,
                         {record.device, record.inode, record.size, record.mtime, found.ctime});
}

BlobSums sum_file(int fd, const std::string& path) {
  Sha256 hash;
  BlobSums sums;
  read_pieces(fd, path, [&](std::span<const std::byte> piece) {
    hash.update(piece);
    sums.crc = crc32_of(piece, sums.crc);
  });
  sums.digest = hash.finish();
  return sums;
}

uint32_t crc_of_file(int fd, const std::string& path) {
  uint32_t crc = 0;
  read_pieces(fd, path, [&](std::span<const std::byte> piece) { crc = crc32_of(piece, crc); });
  return crc;
}

}  // namespace layer
