// The store's parts: the index, blobs, and what goes.
#include "layer/store/store.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "layer/store/maintain.h"
#include "layer/store/store_files.h"
#include "layer/store/store_mark.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::store_test {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kNow = 1'700'000'000 * kSecond;

Digest digest_of(std::string_view text) {
  return sha256(std::as_bytes(std::span(text)));
}

// One record a table but for `files`, which has none: an empty table is where a checksum may break.
IndexTables some_tables() {
  IndexTables tables;
  const Digest blob = digest_of("blob");
  tables.layers.push_back({digest_of("layer"), digest_of("diff id"), blob, 10, 20, {}});
  tables.frames.push_back({digest_of("frame"), digest_of("content")});
  tables.frames_by_content.push_back({digest_of("content"), blob, 1, 2, 3, 4});
  tables.states.push_back({digest_of("state"), blob, {}, {}});
  tables.blobs.push_back({blob, 1, 2, 10, 3, 4, 5});
  return tables;
}

TEST_CASE("index: what was written is found") {
  const TemporaryDirectory folder;
  write_index(folder / "index", some_tables());
  const Index index = Index::open(folder / "index");
  REQUIRE(index.find_layer(digest_of("layer")) != nullptr);
  CHECK(index.find_layer(digest_of("layer"))->tar_size == 20);
  REQUIRE(index.find_frame(digest_of("frame")) != nullptr);
  CHECK(index.find_frame(digest_of("frame"))->content == digest_of("content"));
  REQUIRE(index.find_content(digest_of("content")) != nullptr);
  CHECK(index.find_content(digest_of("content"))->crc == 4);
  CHECK(index.find_state(digest_of("state")) != nullptr);
  CHECK(index.find_blob(digest_of("blob")) != nullptr);
  CHECK(index.find_blob(digest_of("another")) == nullptr);
  CHECK(index.find_file(1, 2) == nullptr);
}

TEST_CASE("index: any changed byte and any missing end is an error, never a wrong record" *
          doctest::test_suite("slow")) {
  const TemporaryDirectory folder;
  const std::string path = folder / "index";
  write_index(path, some_tables());
  const std::string whole = read_file(path);
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    folder.write("index", changed);
    CHECK(folder.error_of([&] { Index::open(path); }) ==
          (i < 16 ? "$/index: error: is not an index of this version of veneer\n"
                  : "$/index: error: is damaged\n"));
    folder.write("index", whole.substr(0, i));
    CHECK(folder.error_of([&] { Index::open(path); }) == "$/index: error: is damaged\n");
  }
  folder.write("index", whole + '\0');
  CHECK(folder.error_of([&] { Index::open(path); }) == "$/index: error: is damaged\n");
}

TEST_CASE("index: merging keeps the newer of two records and what its blobs still hold") {
  const TemporaryDirectory folder;
  write_index(folder / "index", some_tables());
  const Index index = Index::open(folder / "index");
  const auto always = [](const Digest&) { return true; };

  IndexTables added;
  added.layers.push_back({digest_of("layer"), digest_of("x"), digest_of("blob"), 1, 1, {}});
  added.layers.push_back({digest_of("layer"), digest_of("y"), digest_of("blob"), 1, 2, {}});
  added.files.push_back({{1, 2}, 3, 4, 5, digest_of("file"), 0, kNow});
  added.files.push_back({{1, 3}, 3, 4, 5, digest_of("file"), 0, kNow - kSecond});
  const IndexTables merged = merge_tables(index, added, always, kNow);
  REQUIRE(merged.layers.size() == 1);
  CHECK(merged.layers.front().tar_size == 2);
  REQUIRE(merged.files.size() == 1);
  CHECK(merged.files.front().key[1] == 2);
  CHECK(merged.frames_by_content.size() == 1);

  const IndexTables without_blob = merge_tables(
      index, {}, [](const Digest&) { return false; }, kNow);
  IndexTables::for_each([](const auto& table) { CHECK(table.empty()); }, without_blob);
}

// Puts a blob into a store the way a build does.
void add_blob(const std::string& directory, const std::string& bytes, int64_t now = kNow) {
  Store store(directory, now);
  OutputFile file = store.create_blob();
  file.write(std::as_bytes(std::span(bytes)));
  store.add_blob(digest_of(bytes), std::move(file));
  store.commit(UINT64_MAX);
}

std::string blob_path(const std::string& directory, const std::string& bytes) {
  return store_blob_path(directory, digest_of(bytes));
}

TEST_CASE("store: a blob is found again, read-only, and held although its name goes") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "deep/store";
  add_blob(directory, "content");
  struct stat status = {};
  REQUIRE(stat(blob_path(directory, "content").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0444);
  Store store(directory, kNow);
  const BlobPointer blob = store.open_blob(digest_of("content"));
  REQUIRE(blob);
  std::filesystem::remove_all(directory);
  CHECK(sum_file(blob->file.get(), "blob").digest == digest_of("content"));
}

TEST_CASE("store: one that was removed while a run used it is made again") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  Store store(directory, kNow);
  OutputFile file = store.create_blob();
  file.write(std::as_bytes(std::span(std::string_view("content"))));
  store.add_blob(digest_of("content"), std::move(file));
  std::filesystem::remove_all(directory);
  store.commit(UINT64_MAX);
  CHECK(Store(directory, kNow).open_blob(digest_of("content")));
}

TEST_CASE("store: a blob that was written to is dropped with a warning, one only touched is not") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  add_blob(directory, "content");
  add_blob(directory, "other");
  std::filesystem::permissions(blob_path(directory, "content"), std::filesystem::perms::all);
  folder.write("store/blobs/sha256/" + digest_of("content").hex(), "CONTENT");
  std::filesystem::last_write_time(blob_path(directory, "other"),
                                   std::filesystem::file_time_type::clock::now());
  {
    Store store(directory, kNow);
    CHECK_FALSE(store.open_blob(digest_of("content")));
    CHECK_FALSE(store.open_blob(digest_of("content")));
    CHECK(store.open_blob(digest_of("other")));
    REQUIRE(store.warnings().size() == 1);
    CHECK(folder.strip(store.warnings().front().to_string("warning")) ==
          "$/store/blobs/sha256/" + digest_of("content").hex() +
              ": warning: is damaged; it is dropped from the store\n");
    store.commit(UINT64_MAX);
  }
  CHECK_FALSE(std::filesystem::exists(blob_path(directory, "content")));
  CHECK(Index::open(store_index_path(directory)).find_blob(digest_of("content")) == nullptr);
  CHECK(verify_store(directory, Repair::kReport, kNow).warnings.empty());
}

TEST_CASE("store: a damaged index is a warning, and the store begins anew") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  add_blob(directory, "old");
  folder.write("store/index", "something else");
  {
    Store store(directory, kNow);
    REQUIRE(store.warnings().size() == 1);
    CHECK(folder.strip(store.warnings().front().to_string("warning")) ==
          "$/store/index: warning: is damaged; the store starts empty\n");
    CHECK_FALSE(store.open_blob(digest_of("old")));
  }
  add_blob(directory, "new");
  CHECK(Store(directory, kNow).warnings().empty());
  CHECK_FALSE(std::filesystem::exists(blob_path(directory, "old")));
  CHECK(Store(directory, kNow).open_blob(digest_of("new")));
}

TEST_CASE("store: file contents are remembered by settled stamps only, and by all of the stamp") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  const Stamp old{1, 2, 3, kNow - kSecond - 1, kNow - kSecond - 1};
  const Stamp young{1, 3, 3, kNow - 1, kNow - 1};
  {
    Store store(directory, kNow);
    store.add_file("old", old, {digest_of("a"), true});
    store.add_file("young", young, {digest_of("b"), false});
    store.commit(UINT64_MAX);
  }
  const Store store(directory, kNow + 3600 * kSecond);
  REQUIRE(store.find_file("old", old));
  CHECK(store.find_file("old", old)->digest == digest_of("a"));
  CHECK(store.find_file("old", old)->is_program);
  CHECK_FALSE(store.find_file("young", young));
  for (Stamp other : {Stamp{9, 2, 3, old.mtime, old.ctime}, Stamp{1, 9, 3, old.mtime, old.ctime},
                      Stamp{1, 2, 9, old.mtime, old.ctime}, Stamp{1, 2, 3, 9, old.ctime},
                      Stamp{1, 2, 3, old.mtime, 9}}) {
    CHECK_FALSE(store.find_file("other", other));
  }
}

TEST_CASE("store: what was not used for longest goes first") {
  std::vector<BlobFile> blobs;
  for (const auto& [name, size, used] :
       {std::tuple{"a", 10U, 3}, {"b", 20U, 1}, {"c", 30U, 2}, {"d", 40U, 4}}) {
    blobs.push_back({digest_of(name), size, used});
  }
  const struct {
    GcLimits limits;
    std::string gone;  // sizes
  } cases[] = {
      {{100, INT64_MIN}, ""},           {{99, INT64_MIN}, "20 "},    {{79, INT64_MIN}, "20 30 "},
      {{0, INT64_MIN}, "20 30 10 40 "}, {{UINT64_MAX, 3}, "20 30 "}, {{99, 3}, "20 30 "},
  };
  for (const auto& [limits, gone] : cases) {
    std::string found;
    for (const BlobFile& blob : choose_garbage(blobs, limits, 4))
      found += fmt::format("{} ", blob.size);
    CHECK(found == gone);
  }
  // While the clock was two hours ahead, "a" was used.
  blobs[0].used = 2 * 3600 * kNanosecondsPerSecond;
  const std::vector<BlobFile> first = choose_garbage(blobs, {99, INT64_MIN}, 4);
  REQUIRE(first.size() == 1);
  CHECK(first.front().size == 10);
}

TEST_CASE("store: verify drops what is not what its name says, and strangers are let be") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  CHECK(folder.error_of([&] { verify_store(directory, Repair::kDrop, kNow); }) ==
        "$/store: error: is not a store\n"
        "$/store: help: a build creates a store; name an existing one with --store\n");
  add_blob(directory, "good");
  add_blob(directory, "bad");
  std::filesystem::permissions(blob_path(directory, "bad"), std::filesystem::perms::all);
  folder.write("store/blobs/sha256/" + digest_of("bad").hex(), "BAD");
  folder.write("store/blobs/sha256/readme", "not a blob");
  const StoreChange change = verify_store(directory, Repair::kDrop, kNow);
  CHECK(change.kept_blobs == 1);
  CHECK(change.dropped_blobs == 1);
  REQUIRE(change.warnings.size() == 1);
  CHECK(folder.strip(change.warnings.front().to_string("warning")) ==
        fmt::format("$/store/blobs/sha256/{}: warning: has digest {}, which differs from its name; "
                    "it is dropped from the store\n",
                    digest_of("bad").hex(), digest_of("BAD").to_string()));
  CHECK(std::filesystem::exists(folder / "store/blobs/sha256/readme"));
  CHECK(verify_store(directory, Repair::kReport, kNow).warnings.empty());
}

TEST_CASE("store: more than it may keep is dropped at once, and the index with it") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  Store store(directory, kNow);
  for (const std::string bytes : {"one", "three", "eleven"}) {
    OutputFile file = store.create_blob();
    file.write(std::as_bytes(std::span(bytes)));
    store.add_blob(digest_of(bytes), std::move(file));
  }
  store.commit(11);
  const StoreStatistics found = measure_store(directory);
  CHECK(found.blob_bytes <= 11);
  CHECK(found.blobs == 2);
  CHECK(Index::open(store_index_path(directory)).tables().blobs.size() == 2);
}

// Flips a bit, and leaves size and modification time as they were.
void damage_blob(const std::string& path) {
  struct stat status = {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto byte = static_cast<char>(file.get());
  file.seekp(0);
  file.put(static_cast<char>(byte ^ 1));
  file.close();
  const timespec times[2] = {status.st_atim, status.st_mtim};
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

TEST_CASE("store: a flipped bit of a small blob is seen at once, of a large one after a day") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  const std::string small = "small";
  const std::string large(kAlwaysProven + 1, 'l');
  for (const std::string& bytes : {small, large}) {
    add_blob(directory, bytes);
    damage_blob(blob_path(directory, bytes));
  }
  const auto is_found = [&](const std::string& bytes, int64_t now) {
    return Store(directory, now).open_blob(digest_of(bytes)) != nullptr;
  };
  CHECK_FALSE(is_found(small, kNow));
  CHECK(is_found(large, kNow));
  CHECK(is_found(large, kNow + kProofAge));
  CHECK_FALSE(is_found(large, kNow + kProofAge + 1));
  CHECK_FALSE(is_found(large, kNow - kProofAge - 1));  // the clock went back
}

TEST_CASE("store: a large blob that was read and found right is believed for another day") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  const std::string large(kAlwaysProven + 1, 'l');
  add_blob(directory, large);
  const auto proven = [&] {
    return Index::open(store_index_path(directory)).find_blob(digest_of(large))->proven;
  };
  CHECK(proven() == kNow);
  const int64_t later = kNow + 2 * kProofAge;
  {
    Store store(directory, later);
    CHECK(store.open_blob(digest_of(large)));
    store.commit(UINT64_MAX);
  }
  CHECK(proven() == later);
  verify_store(directory, Repair::kReport, later + 1);
  CHECK(proven() == later);
  verify_store(directory, Repair::kDrop, later + 1);
  CHECK(proven() == later + 1);
}

TEST_CASE("store: a directory is one by its mark, or by an index with nothing else beside it") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "d";
  CHECK(find_store_state(directory) == StoreState::kNone);
  std::filesystem::create_directory(directory);
  CHECK(find_store_state(directory) == StoreState::kNone);
  // As far as an older veneer had come when it was killed.
  std::filesystem::create_directories(directory + "/blobs/sha256");
  folder.write("d/lock", "");
  folder.write("d/.veneer-1-0", "half an index");
  CHECK(find_store_state(directory) == StoreState::kNone);
  folder.write("d/blobs/sha256/" + digest_of("").hex(), "whose?");
  CHECK(find_store_state(directory) == StoreState::kOther);
  folder.write("d/index", "veneer index 1\n");
  CHECK(find_store_state(directory) == StoreState::kUnmarked);
  folder.write("d/index", "another index");
  CHECK(find_store_state(directory) == StoreState::kOther);
  folder.write("d/index", "veneer index 1\n");
  folder.write("d/oci-layout", "{}");
  CHECK(find_store_state(directory) == StoreState::kOther);
  folder.write("d/veneer-store", "veneer store 1\nand so on");
  CHECK(find_store_state(directory) == StoreState::kMarked);
  // What a loss of power may leave of the mark.
  std::filesystem::remove(folder / "d/oci-layout");
  for (const std::string& cut : {std::string(), std::string("veneer st"), std::string(157, '\0')}) {
    folder.write("d/veneer-store", cut);
    CHECK(find_store_state(directory) == StoreState::kUnmarked);
    mark_store(directory);
    CHECK(find_store_state(directory) == StoreState::kMarked);
  }
  folder.write("d/veneer-store", "veneer store 2\n");
  CHECK(folder.error_of([&] { find_store_state(directory); }) ==
        "$/d/veneer-store: error: is not the mark of a store of this version of veneer\n"
        "$/d/veneer-store: help: name another directory\n");
}

}  // namespace
}  // namespace layer::store_test
