// Layers written with a store: the bytes that a store must not change, and the work that it must.
#include "layer/write/reuse.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "directory_sink.h"
#include "layer/base/error.h"
#include "layer/model/string_arena.h"
#include "layer/store/maintain.h"
#include "layer/store/store_files.h"
#include "layer/write/codec.h"
#include "layer/write/layer_writer.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::reuse_test {
namespace {

constexpr Compression kNone{Codec::kNone, 0};
constexpr Compression kGzip{Codec::kGzip, 6};
constexpr Compression kZstd{Codec::kZstd, 3};
constexpr Compression kEstargz{Codec::kGzip, 6, LayerFormat::kEstargz};
constexpr Compression kChunked{Codec::kZstd, 3, LayerFormat::kZstdChunked};
constexpr Compression kCompressions[] = {kNone, kGzip, kZstd, kEstargz, kChunked};
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr int64_t kFuture = int64_t{1} << 62;  // every stamp is settled by then

// Small files, a large one in several pieces and small files again: some frames of the codec.
class Workspace {
 public:
  explicit Workspace(Compression compression) {
    const bool has_large_frames = compression.codec == Codec::kZstd;
    for (int i = 0; i < 70; ++i) {
      for (const char* folder : {"a", "z"}) {
        write(fmt::format("{}{:03}", folder, i),
              noise(has_large_frames ? 340'000 : 60'000, static_cast<uint64_t>(i)));
      }
    }
    write("large", noise((has_large_frames ? 20 : 5) * kMiB, 7));
  }

  void write(const std::string& name, const std::string& bytes) { files_.write(name, bytes); }
  std::string path(const std::string& name) const { return files_ / name; }

  // In path order, each with the stamp it has now.
  LayerPlan plan() {
    LayerPlan plan;
    plan.name = "layer";
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(files_.path())) {
      names.push_back(file.path().filename());
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      struct stat status = {};
      REQUIRE(stat(path(name).c_str(), &status) == 0);
      TarEntry& entry = plan.entries.emplace_back();
      entry.path = arena_.copy(name);
      entry.content = arena_.copy(path(name));
      entry.stamp = &stamps_.emplace_back(stamp_of(status));
      entry.size = entry.stamp->size;
      entry.mode = kModeByContent;
    }
    return plan;
  }

 private:
  TemporaryDirectory files_;
  StringArena arena_;
  std::deque<Stamp> stamps_;
};

struct Written {
  WrittenLayer layer;
  std::string bytes;
  uint64_t read = 0;    // tar bytes
  uint64_t packed = 0;  // tar bytes
};

Written write(const LayerPlan& plan, Compression compression, Store* store, unsigned jobs = 2) {
  const TemporaryDirectory out;
  DirectorySink sink(out);
  Progress progress;
  Written written;
  written.layer = write_layers({plan}, compression, jobs, sink, progress, store).at(0);
  CHECK(progress.tar_bytes_done == progress.tar_bytes_total);
  CHECK(progress.tar_bytes_total == written.layer.tar_size);
  written.bytes = read_file(sink.path("layer"));
  written.read = progress.tar_bytes_read;
  written.packed = progress.tar_bytes_packed;
  if (store != nullptr) store->commit(UINT64_MAX);
  return written;
}

Written write_and_keep(const LayerPlan& plan, Compression compression, const std::string& store) {
  Store opened(store, kFuture);
  Written written = write(plan, compression, &opened);
  CHECK(opened.warnings().empty());
  return written;
}

// A changed frame, and one whose cut moved.
uint64_t two_frames(Compression compression) {
  return 2 * frame_rule(compression).maximum;
}

// Whether a build with the store makes what one without makes; what the former did.
Written check_same(Workspace& workspace, Compression compression, const std::string& store) {
  const LayerPlan plan = workspace.plan();
  Written with = write_and_keep(plan, compression, store);
  const Written without = write(plan, compression, nullptr);
  CHECK(with.bytes == without.bytes);
  CHECK(with.layer.digest == without.layer.digest);
  CHECK(with.layer.diff_id == without.layer.diff_id);
  CHECK(with.layer.size == without.layer.size);
  CHECK(with.layer.tar_size == without.layer.tar_size);
  CHECK(with.layer.recipe == without.layer.recipe);
  CHECK(with.layer.toc_digest == without.layer.toc_digest);
  return with;
}

TEST_CASE("reuse: cold, warm and without a store the bytes are the same; warm, nothing is read" *
          doctest::test_suite("slow")) {
  for (const Compression compression : kCompressions) {
    Workspace workspace(compression);
    const TemporaryDirectory folder;
    const std::string store = folder / "store";
    CHECK(check_same(workspace, compression, store).packed > 0);
    CHECK(check_same(workspace, compression, store).read == 0);
    CHECK(verify_store(store, Repair::kReport, 0).warnings.empty());
  }
}

TEST_CASE("reuse: after a change, only its frame is compressed and only what follows is read" *
          doctest::test_suite("slow")) {
  const struct Case {
    std::string changed;
    double most_read;  // of all
  } cases[] = {{"a000", 1.0}, {"large", 0.75}, {"z069", 0.35}};
  for (const Compression compression : kCompressions) {
    Workspace workspace(compression);
    for (const Case& test : cases) {
      const std::string& changed = test.changed;
      const TemporaryDirectory folder;
      const std::string store = folder / "store";
      const Written first = check_same(workspace, compression, store);
      std::string bytes = read_file(workspace.path(changed));
      bytes[bytes.size() / 2] ^= 1;
      workspace.write(changed, bytes);
      const Written second = check_same(workspace, compression, store);
      CAPTURE(changed);
      CHECK(second.layer.digest != first.layer.digest);
      CHECK(second.packed > 0);
      CHECK(second.packed <= two_frames(compression));
      // A table of contents needs the digests of all files.
      const double most_read = compression.has_toc() ? 1.0 : test.most_read;
      CHECK(second.read <=
            static_cast<uint64_t>(most_read * static_cast<double>(second.layer.tar_size)));
      // And back: the bytes of before, all of them known.
      bytes[bytes.size() / 2] ^= 1;
      workspace.write(changed, bytes);
      CHECK(check_same(workspace, compression, store).packed == 0);
    }
  }
}

TEST_CASE("reuse: files added and removed shift what follows, which is not compressed again" *
          doctest::test_suite("slow")) {
  for (const Compression compression : kCompressions) {
    Workspace workspace(compression);
    const TemporaryDirectory folder;
    const std::string store = folder / "store";
    check_same(workspace, compression, store);
    workspace.write("a0005", noise(100'000, 99));
    CHECK(check_same(workspace, compression, store).packed <= two_frames(compression));
    std::filesystem::remove(workspace.path("a0005"));
    std::filesystem::remove(workspace.path("a001"));
    CHECK(check_same(workspace, compression, store).packed <= two_frames(compression));
  }
}

TEST_CASE("reuse: files rewritten with equal bytes are read but not compressed" *
          doctest::test_suite("slow")) {
  Workspace workspace(kGzip);
  const TemporaryDirectory folder;
  const std::string store = folder / "store";
  check_same(workspace, kGzip, store);
  const auto before = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  for (const char* name : {"a000", "large", "z069"}) {
    std::filesystem::last_write_time(workspace.path(name), before);
  }
  const Written again = check_same(workspace, kGzip, store);
  CHECK(again.packed == 0);
  CHECK(again.read > 0);
  CHECK(check_same(workspace, kGzip, store).read == 0);
  // Another workspace with the same content.
  Workspace other(kGzip);
  CHECK(check_same(other, kGzip, store).packed == 0);
}

TEST_CASE("reuse: metadata, codec and level are part of what is known" *
          doctest::test_suite("slow")) {
  Workspace workspace(kGzip);
  const TemporaryDirectory folder;
  const std::string store = folder / "store";
  LayerPlan plan = workspace.plan();
  write_and_keep(plan, {Codec::kGzip, 6}, store);
  CHECK(write_and_keep(plan, {Codec::kGzip, 5}, store).packed > 5 * kMiB);
  CHECK(write_and_keep(plan, {Codec::kZstd, 3}, store).packed > 5 * kMiB);
  for (const auto change :
       {+[](TarEntry& entry) { entry.mtime = 5; }, +[](TarEntry& entry) { entry.uid = 5; },
        +[](TarEntry& entry) { entry.gid = 5; }, +[](TarEntry& entry) { entry.mode = 0600; }}) {
    change(plan.entries.front());
    const Written with = write_and_keep(plan, {Codec::kGzip, 6}, store);
    CHECK(with.packed > 0);
    CHECK(with.bytes == write(plan, {Codec::kGzip, 6}, nullptr).bytes);
  }
}

TEST_CASE("reuse: a hardlink's mode follows the content of its target, in whatever frame that is") {
  Workspace workspace(kZstd);
  const TemporaryDirectory folder;
  const std::string store = folder / "store";
  const auto with_link = [&] {
    LayerPlan plan = workspace.plan();
    TarEntry& link = plan.entries.emplace_back();
    link.path = "zz";
    link.content = "a000";
    link.type = TarType::kHardlink;
    link.mode = kModeByContent;
    return plan;
  };
  write_and_keep(with_link(), kZstd, store);
  std::string bytes = read_file(workspace.path("a000"));
  bytes.replace(0, 2, "#!");
  workspace.write("a000", bytes);
  CHECK(write_and_keep(with_link(), kZstd, store).bytes ==
        write(with_link(), kZstd, nullptr).bytes);
}

TEST_CASE("reuse: bytes that are not on disk are part of what is known") {
  const TemporaryDirectory folder;
  const std::string store = folder / "store";
  LayerPlan plan;
  plan.name = "layer";
  TarEntry& entry = plan.entries.emplace_back();
  entry.path = "script";
  entry.mode = kModeByContent;
  entry.is_inline = true;
  const auto write_bytes = [&](std::string_view bytes) {
    entry.content = bytes;
    entry.size = bytes.size();
    return write_and_keep(plan, kNone, store);
  };
  const Written first = write_bytes("#!/a\n");
  CHECK(first.packed > 0);
  const Written second = write_bytes("#!/b\n");
  CHECK(second.packed > 0);
  CHECK(second.layer.digest != first.layer.digest);
  const Written again = write_bytes("#!/a\n");
  CHECK(again.read == 0);
  CHECK(again.bytes == first.bytes);
}

TEST_CASE("reuse: stamps that are too young are neither used nor recorded") {
  Workspace workspace(kGzip);
  const TemporaryDirectory folder;
  const LayerPlan plan = workspace.plan();
  for (int run = 0; run < 2; ++run) {
    Store store(folder / "store", plan.entries.front().stamp->ctime);
    const Written written = write(plan, kGzip, &store);
    CHECK(written.read == written.layer.tar_size);
    CHECK((written.packed == 0) == (run == 1));
  }
  CHECK(Index::open(store_index_path(folder / "store")).tables().frames.empty());
  CHECK(Index::open(store_index_path(folder / "store")).tables().layers.empty());
}

TEST_CASE("reuse: a file that is not as planned any more is what it was, or an error") {
  Workspace workspace(kGzip);
  const TemporaryDirectory folder;
  const std::string store = folder / "store";
  write_and_keep(workspace.plan(), kGzip, store);
  const LayerPlan planned = workspace.plan();
  std::string bytes = read_file(workspace.path("a000"));
  bytes[9] ^= 1;
  workspace.write("a000", bytes);
  // Its frame is known by the planned stamp; nothing of it is read.
  CHECK(write_and_keep(planned, kGzip, store).read == 0);
  // Under a stamp that the store does not know, it is read, and found to be another.
  LayerPlan unknown = planned;
  Stamp odd = *planned.entries.front().stamp;
  odd.mtime -= 1;
  unknown.entries.front().stamp = &odd;
  CHECK_THROWS_WITH_AS(
      write_and_keep(unknown, kGzip, store),
      (workspace.path("a000") + ": error: changed while it was being read\n" +
       workspace.path("a000") + ": help: build again, and let nothing write to it meanwhile\n")
          .c_str(),
      Error);
}

TEST_CASE("reuse: a damaged blob is dropped, and what it held made again" *
          doctest::test_suite("slow")) {
  Workspace workspace(kGzip);
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  const LayerPlan plan = workspace.plan();
  const Written first = write_and_keep(plan, kGzip, directory);
  const std::string blob = store_blob_path(directory, first.layer.digest);
  std::filesystem::permissions(blob, std::filesystem::perms::all);
  std::fstream(blob, std::ios::in | std::ios::out | std::ios::binary).seekp(5000).put('\x55');
  Store store(directory, kFuture);
  const Written again = write(plan, kGzip, &store);
  CHECK(again.bytes == first.bytes);
  CHECK(again.packed == first.packed);
  CHECK(store.warnings().size() == 1);
  CHECK(verify_store(directory, Repair::kReport, 0).warnings.empty());
  CHECK(write_and_keep(plan, kGzip, directory).read == 0);
}

TEST_CASE("reuse: the new blob holds all that is known, so that the old one may go" *
          doctest::test_suite("slow")) {
  Workspace workspace(kGzip);
  const TemporaryDirectory folder;
  const std::string store = folder / "store";
  const Written first = write_and_keep(workspace.plan(), kGzip, store);
  workspace.write("z050", "short");
  write_and_keep(workspace.plan(), kGzip, store);
  remove_blob(store, first.layer.digest);
  workspace.write("z060", "short");
  const Written third = check_same(workspace, kGzip, store);
  CHECK(third.packed <= two_frames(kGzip));
  CHECK(third.read <= 5 * kMiB);
}

}  // namespace
}  // namespace layer::reuse_test
