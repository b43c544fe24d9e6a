// Reads, checks and searches an index; merges and writes tables.
#include "layer/store/index.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "layer/base/crc32.h"
#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/output_file.h"
#include "layer/store/store_files.h"

namespace layer {
namespace {

constexpr size_t kTables = 7;
constexpr size_t kMaxIndex = size_t{1} << 30;  // bytes: of many million records

struct Header {
  std::array<char, 16> magic{};
  std::array<uint64_t, kTables> counts{};
  uint64_t checksum = 0;
};

std::array<char, 16> magic() {
  std::array<char, 16> magic{};
  fmt::format_to_n(magic.begin(), magic.size(), "veneer index {}\n", kIndexVersion);
  return magic;
}

template <typename Record>
void check_form() {
  static_assert(std::is_trivially_copyable_v<Record>);
  static_assert(std::has_unique_object_representations_v<Record>);
  static_assert(sizeof(Record) % alignof(uint64_t) == 0);
}

bool less(const Digest& a, const Digest& b) {
  return std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) < 0;
}

bool less(const std::array<uint64_t, 2>& a, const std::array<uint64_t, 2>& b) {
  return a < b;
}

template <typename Record, typename Key>
const Record* find(std::span<const Record> records, const Key& key) {
  const auto found =
      std::lower_bound(records.begin(), records.end(), key,
                       [](const Record& record, const Key& k) { return less(record.key, k); });
  return found != records.end() && found->key == key ? &*found : nullptr;
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Of equal keys the last stays.
template <typename Record>
void sort_by_key(std::vector<Record>& records) {
  const auto by_key = [](const Record& a, const Record& b) { return less(a.key, b.key); };
  std::stable_sort(records.begin(), records.end(), by_key);
  const auto first_kept =
      std::unique(records.rbegin(), records.rend(),
                  [](const Record& a, const Record& b) { return a.key == b.key; });
  records.erase(records.begin(), first_kept.base());
}

// What is in `old` and not in `added`, and all of `added`.
template <typename Record>
void merge_into(std::span<const Record> old, std::vector<Record>& added) {
  sort_by_key(added);
  std::vector<Record> merged;
  merged.reserve(old.size() + added.size());
  // Of equivalent elements set_union takes the first range's.
  std::set_union(added.begin(), added.end(), old.begin(), old.end(), std::back_inserter(merged),
                 [](const Record& a, const Record& b) { return less(a.key, b.key); });
  added = std::move(merged);
}

Error not_an_index(const std::string& path) {
  return {{path}, "is not an index of this version of veneer"};
}

// The size in bytes that an index with this header has; the maximum of the type if it is greater.
uint64_t size_by(const Header& header) {
  uint64_t size = sizeof header;
  const uint64_t* count = header.counts.data();
  IndexTables tables;
  IndexTables::for_each(
      [&]<typename Record>(const std::vector<Record>&) {
        uint64_t bytes = 0;
        if (__builtin_mul_overflow(*count++, sizeof(Record), &bytes) ||
            __builtin_add_overflow(size, bytes, &size)) {
          size = UINT64_MAX;
        }
      },
      tables);
  return size;
}

struct DigestHash {
  size_t operator()(const Digest& digest) const {
    size_t hash = 0;  // a digest's bytes are as good as random
    std::memcpy(&hash, digest.bytes.data(), sizeof hash);
    return hash;
  }
};
using DigestSet = std::unordered_set<Digest, DigestHash>;

// The blobs of the memos that new ones replace.
DigestSet replaced_memos(std::span<const MemoRecord> before, const std::vector<MemoRecord>& now) {
  DigestSet replaced;
  DigestSet named;
  for (const MemoRecord& memo : now) named.insert(memo.blob);
  for (const MemoRecord& memo : before) {
    if (!named.contains(memo.blob)) replaced.insert(memo.blob);
  }
  return replaced;
}

}  // namespace

Index Index::open(const std::string& path) {
  Index index;
  const FileHandle file = try_open(path, O_RDONLY | O_NONBLOCK);
  if (!file && errno == ENOENT) return index;
  if (!file) throw system_error(path, "cannot open", errno);
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) throw system_error(path, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) throw Error({path}, "is not a regular file");
  const auto size = static_cast<size_t>(status.st_size);
  // A damaged file system may state any size: nothing is allocated by it alone.
  if (Header header; size >= sizeof header) {
    read_fully(file.get(), 0, std::as_writable_bytes(std::span(&header, 1)), path);
    if (header.magic != magic()) throw not_an_index(path);
    if (size_by(header) != size || size > kMaxIndex) throw Error({path}, "is damaged");
  }
  index.memory_ = std::make_unique_for_overwrite<uint64_t[]>(size / sizeof(uint64_t) + 1);
  const std::span<std::byte> bytes(reinterpret_cast<std::byte*>(index.memory_.get()), size);
  if (read_fully(file.get(), 0, bytes, path) != size) throw Error({path}, "is damaged");
  index.parse(path, bytes);
  return index;
}

void Index::parse(const std::string& path, std::span<const std::byte> bytes) {
  Header header;
  if (bytes.size() < sizeof header) throw Error({path}, "is damaged");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != magic()) throw not_an_index(path);
  std::span<const std::byte> rest = bytes.subspan(sizeof header);
  const uint32_t counts = crc32_of(std::as_bytes(std::span(header.counts)));
  if (crc32_of(rest, counts) != header.checksum) throw Error({path}, "is damaged");
  const uint64_t* count = header.counts.data();
  IndexTables::for_each(
      [&]<typename Record>(std::span<const Record>& table) {
        check_form<Record>();
        if (*count > rest.size() / sizeof(Record)) throw Error({path}, "is damaged");
        table = {reinterpret_cast<const Record*>(rest.data()), static_cast<size_t>(*count++)};
        rest = rest.subspan(table.size_bytes());
      },
      views_);
  if (!rest.empty()) throw Error({path}, "is damaged");
}

const LayerRecord* Index::find_layer(const Digest& key) const {
  return find(views_.layers, key);
}
const FrameRecord* Index::find_frame(const Digest& key) const {
  return find(views_.frames, key);
}
const ContentRecord* Index::find_content(const Digest& key) const {
  return find(views_.frames_by_content, key);
}
const StateRecord* Index::find_state(const Digest& key) const {
  return find(views_.states, key);
}
const MemoRecord* Index::find_memo(const Digest& key) const {
  return find(views_.memos, key);
}
const FileRecord* Index::find_file(uint64_t device, uint64_t inode) const {
  return find(views_.files, std::array<uint64_t, 2>{device, inode});
}
const BlobRecord* Index::find_blob(const Digest& digest) const {
  return find(views_.blobs, digest);
}

IndexTables merge_tables(const Index& index, IndexTables added,
                         const std::function<bool(const Digest&)>& has_blob, int64_t oldest_file) {
  const Index::Views& old = index.tables();
  IndexTables::for_each(
      []<typename Record>(std::span<const Record> before, std::vector<Record>& table) {
        merge_into(before, table);
      },
      old, added);
  const DigestSet replaced = replaced_memos(old.memos, added.memos);
  std::erase_if(added.blobs, [&](const BlobRecord& record) {
    return replaced.contains(record.key) || !has_blob(record.key);
  });
  DigestSet blobs;
  for (const BlobRecord& record : added.blobs) blobs.insert(record.key);
  const auto is_lost = [&](const auto& record) { return !blobs.contains(record.blob); };
  std::erase_if(added.layers, is_lost);
  std::erase_if(added.frames_by_content, is_lost);
  std::erase_if(added.states, is_lost);
  std::erase_if(added.memos, is_lost);
  DigestSet contents;
  for (const ContentRecord& record : added.frames_by_content) contents.insert(record.key);
  std::erase_if(added.frames,
                [&](const FrameRecord& record) { return !contents.contains(record.content); });
  std::erase_if(added.files, [&](const FileRecord& record) { return record.seen < oldest_file; });
  return added;
}

void write_index(const std::string& path, const IndexTables& tables) {
  Header header;
  header.magic = magic();
  uint64_t* count = header.counts.data();
  IndexTables::for_each([&](const auto& table) { *count++ = table.size(); }, tables);
  uint32_t sum = crc32_of(std::as_bytes(std::span(header.counts)));
  IndexTables::for_each(
      [&](const auto& table) { sum = crc32_of(std::as_bytes(std::span(table)), sum); }, tables);
  header.checksum = sum;
  OutputFile file({folder_of(path), kFullStoreHelp});
  file.write(std::as_bytes(std::span(&header, 1)));
  IndexTables::for_each([&](const auto& table) { file.write(std::as_bytes(std::span(table))); },
                        tables);
  file.commit(path);
}

}  // namespace layer
