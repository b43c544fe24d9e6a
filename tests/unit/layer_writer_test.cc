// Layers written from plans: their bytes, their digests, and what happens to files that change.
#include "layer/write/layer_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <zstd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "directory_sink.h"
#include "layer/model/string_arena.h"
#include "layer/write/frames.h"
#include "layer/write/tar.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::layer_writer_test {
namespace {

Digest digest_of(const std::string& bytes) {
  return sha256(std::as_bytes(std::span(bytes)));
}

// Plans, and the files behind them.
class Planner {
 public:
  void file(std::string_view path, const std::string& content, uint32_t mode = kModeByContent) {
    TarEntry& added = add(TarType::kFile, path);
    if (!content.empty()) {
      added.content = arena_.copy(files_.write("src" + std::to_string(count_++), content));
    }
    added.size = content.size();
    added.mode = mode;
  }
  void directory(std::string_view path) { add(TarType::kDirectory, path).mode = 0755; }
  void symlink(std::string_view path, std::string_view text) {
    add(TarType::kSymlink, path).content = arena_.copy(text);
  }
  void hardlink(std::string_view path, std::string_view target) {
    TarEntry& added = add(TarType::kHardlink, path);
    added.content = arena_.copy(target);
    added.mode = kModeByContent;
  }
  LayerPlan take(std::string name) {
    LayerPlan result = std::move(plan_);
    plan_ = {};
    result.name = std::move(name);
    return result;
  }

 private:
  TarEntry& add(TarType type, std::string_view path) {
    TarEntry& added = plan_.entries.emplace_back();
    added.path = arena_.copy(path);
    added.type = type;
    return added;
  }

  TemporaryDirectory files_;
  StringArena arena_;
  LayerPlan plan_;
  size_t count_ = 0;
};

// A little of everything.
LayerPlan small_plan(Planner& planner) {
  planner.directory("app");
  planner.file("app/data.txt", "some data\n");
  planner.file("app/empty", "");
  planner.hardlink("app/hard.txt", "app/data.txt");
  planner.file("app/lib.so", "\177ELF and more");
  planner.hardlink("app/lib2.so", "app/lib.so");
  planner.symlink("app/link", "data.txt");
  planner.file("app/main.py", "#!/usr/bin/env python3\n");
  planner.file("app/secret", "x", 0600);
  planner.file("app/\xc3\xa9t\xc3\xa9.txt", "summer");
  return planner.take("small");
}

std::vector<WrittenLayer> write(const std::vector<LayerPlan>& plans, Compression compression,
                                unsigned jobs, DirectorySink& sink) {
  Progress progress;
  std::vector<WrittenLayer> layers = write_layers(plans, compression, jobs, sink, progress);
  uint64_t total = 0;
  for (const WrittenLayer& layer : layers) total += layer.tar_size;
  CHECK(progress.tar_bytes_done == total);
  CHECK(progress.tar_bytes_total == total);
  return layers;
}

// "mode size path -> link" (a hardlink has no type), as libarchive reads a blob, whatever its
// compression.
std::string listing(const std::string& path) {
  const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(),
                                                                      archive_read_free);
  REQUIRE(archive_read_support_format_tar(reader.get()) == ARCHIVE_OK);
  REQUIRE(archive_read_support_filter_gzip(reader.get()) == ARCHIVE_OK);
  REQUIRE(archive_read_support_filter_zstd(reader.get()) == ARCHIVE_OK);
  REQUIRE(archive_read_open_filename(reader.get(), path.c_str(), 65536) == ARCHIVE_OK);
  std::string text;
  archive_entry* entry = nullptr;
  for (;;) {
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return text;
    // ARCHIVE_WARN: a name that the "C" locale cannot show.
    REQUIRE((status == ARCHIVE_OK || status == ARCHIVE_WARN));
    const char* link = archive_entry_symlink(entry);
    if (link == nullptr) link = archive_entry_hardlink(entry);
    text += fmt::format("{:06o} {} {}{}{}\n", archive_entry_mode(entry), archive_entry_size(entry),
                        archive_entry_pathname(entry), link == nullptr ? "" : " -> ",
                        link == nullptr ? "" : link);
  }
}

constexpr uint64_t kLarge = uint64_t{4} << 20;  // some frames at any codec

constexpr Compression kCompressions[] = {{Codec::kNone, 0}, {Codec::kGzip, 6}, {Codec::kZstd, 3}};

TEST_CASE("layers: libarchive reads back what was planned, from every codec") {
  Planner planner;
  const std::vector<LayerPlan> plans = {small_plan(planner)};
  for (const Compression compression : kCompressions) {
    const TemporaryDirectory out;
    DirectorySink sink(out);
    const WrittenLayer layer = write(plans, compression, 2, sink).at(0);
    CHECK(listing(sink.path("small")) ==
          "040755 0 app/\n"
          "100644 10 app/data.txt\n"
          "100644 0 app/empty\n"
          "000644 0 app/hard.txt -> app/data.txt\n"
          "100755 13 app/lib.so\n"
          "000755 0 app/lib2.so -> app/lib.so\n"
          "120777 0 app/link -> data.txt\n"
          "100755 23 app/main.py\n"
          "100600 1 app/secret\n"
          "100644 6 app/\xc3\xa9t\xc3\xa9.txt\n");
    const std::string blob = read_file(sink.path("small"));
    CHECK(layer.digest == digest_of(blob));
    CHECK(layer.size == blob.size());
  }
}

TEST_CASE("layers: a file that is not on disk gives the bytes of one that is") {
  Planner planner;
  const std::string large = noise(kLarge, 3);  // in pieces
  planner.file("a.sh", "#!/bin/sh\n");
  planner.hardlink("b.sh", "a.sh");
  planner.file("empty", "");
  planner.file("large", large);
  const LayerPlan on_disk = planner.take("on disk");
  LayerPlan inlined = on_disk;
  inlined.name = "inlined";
  for (TarEntry& entry : inlined.entries) {
    if (entry.type != TarType::kFile) continue;
    entry.is_inline = true;
    entry.content = entry.path == "large"  ? std::string_view(large)
                    : entry.path == "a.sh" ? std::string_view("#!/bin/sh\n")
                                           : std::string_view();
  }
  for (const Compression compression : kCompressions) {
    const TemporaryDirectory out;
    DirectorySink sink(out);
    const std::vector<WrittenLayer> layers = write({on_disk, inlined}, compression, 2, sink);
    CHECK(layers.at(0).digest == layers.at(1).digest);
  }
}

// Golden: a change of these bytes changes every digest that users have pinned. The diff id may
// never change; a blob's digest only with its recipe (codec's version, frame rule).
TEST_CASE("layers: the digests of a small layer are fixed") {
  Planner planner;
  const std::vector<LayerPlan> plans = {small_plan(planner)};
  std::string text;
  for (const Compression compression : kCompressions) {
    const TemporaryDirectory out;
    DirectorySink sink(out);
    const WrittenLayer layer = write(plans, compression, 1, sink).at(0);
    text += fmt::format("{}: {} {} of {}\n", layer.recipe, layer.digest.hex(), layer.size,
                        layer.diff_id.digest.hex());
  }
  CHECK(
      text ==
      fmt::format("none: 43c53d1f3e2a8938358d722c9120fd396fd8b8c4dcc12e05aaca8fd0d840f4c8 9728 of "
                  "43c53d1f3e2a8938358d722c9120fd396fd8b8c4dcc12e05aaca8fd0d840f4c8\n"
                  "gzip libdeflate:6605f961 level=6 frames=3: "
                  "31c72040c03f6220345da6c6242a0029ffb07fbbfd4e28fd9982320c45824f0e 411 of "
                  "43c53d1f3e2a8938358d722c9120fd396fd8b8c4dcc12e05aaca8fd0d840f4c8\n"
                  "zstd libzstd/{} level=3 frames=3: "
                  "060adcb16262cd2bf9c4222b4b9ff730494f0c70a3517d25af463719f6364e0a 426 of "
                  "43c53d1f3e2a8938358d722c9120fd396fd8b8c4dcc12e05aaca8fd0d840f4c8\n",
                  ZSTD_versionString()));
}

TEST_CASE("layers: the same bytes at any number of jobs, many frames and several layers" *
          doctest::test_suite("slow")) {
  Planner planner;
  std::vector<LayerPlan> plans;
  for (int i = 0; i < 400; ++i) {
    planner.file(fmt::format("f{:04}", i), noise(static_cast<size_t>(i * 137 % 60000), 1));
  }
  planner.file("large", noise(2 * kLarge + 4321, 2));
  plans.push_back(planner.take("first"));
  plans.push_back(planner.take("nothing"));
  planner.file("small", "x");
  plans.push_back(planner.take("third"));
  for (const Compression compression : kCompressions) {
    std::vector<WrittenLayer> expected;
    for (const auto& [jobs, is_side_by_side] :
         {std::pair{1U, false}, {2U, false}, {8U, false}, {1U, true}, {2U, true}, {8U, true}}) {
      const TemporaryDirectory out;
      DirectorySink one(out);
      SideBySideSink several(out);
      DirectorySink& sink = is_side_by_side ? several : one;
      const std::vector<WrittenLayer> layers = write(plans, compression, jobs, sink);
      REQUIRE(layers.size() == 3);
      if (expected.empty()) expected = layers;
      for (size_t i = 0; i < layers.size(); ++i) {
        CHECK(layers[i].name == plans[i].name);
        CHECK(layers[i].digest == expected[i].digest);
        CHECK(layers[i].diff_id == expected[i].diff_id);
        CHECK(digest_of(read_file(sink.path(layers[i].name))) == layers[i].digest);
      }
      CHECK(layers[1].tar_size == kTarEndSize);
      CHECK(listing(sink.path("nothing")).empty());
    }
  }
}

TEST_CASE("layers: a plain layer is entries on block boundaries and two zero blocks, no more") {
  Planner planner;
  planner.file("a", "abc");
  const TemporaryDirectory out;
  DirectorySink sink(out);
  const std::vector<LayerPlan> plans = {planner.take("plain")};
  const WrittenLayer layer = write(plans, {Codec::kNone, 0}, 1, sink).at(0);
  const std::string blob = read_file(sink.path("plain"));
  CHECK(blob.size() == 2048);
  CHECK(blob.substr(512) == "abc" + std::string(1533, '\0'));
  CHECK(layer.diff_id.digest == layer.digest);
}

TEST_CASE("layers: bsdtar lists them without a complaint") {
  if (std::system("command -v bsdtar >/dev/null") != 0) return;
  Planner planner;
  const std::vector<LayerPlan> plans = {small_plan(planner)};
  for (const Compression compression : kCompressions) {
    const TemporaryDirectory out;
    DirectorySink sink(out);
    write(plans, compression, 2, sink);
    const std::string command =
        fmt::format("LC_ALL=C.UTF-8 TZ=UTC0 bsdtar -tvf {0}/small >{0}/list 2>&1", out.path());
    CHECK(std::system(command.c_str()) == 0);
    CHECK(read_file(out / "list") ==
          "drwxr-xr-x  0 0      0           0 Jan  1  1970 app/\n"
          "-rw-r--r--  0 0      0          10 Jan  1  1970 app/data.txt\n"
          "-rw-r--r--  0 0      0           0 Jan  1  1970 app/empty\n"
          "hrw-r--r--  0 0      0           0 Jan  1  1970 app/hard.txt link to app/data.txt\n"
          "-rwxr-xr-x  0 0      0          13 Jan  1  1970 app/lib.so\n"
          "hrwxr-xr-x  0 0      0           0 Jan  1  1970 app/lib2.so link to app/lib.so\n"
          "lrwxrwxrwx  0 0      0           0 Jan  1  1970 app/link -> data.txt\n"
          "-rwxr-xr-x  0 0      0          23 Jan  1  1970 app/main.py\n"
          "-rw-------  0 0      0           1 Jan  1  1970 app/secret\n"
          "-rw-r--r--  0 0      0           6 Jan  1  1970 app/\xc3\xa9t\xc3\xa9.txt\n");
  }
}

}  // namespace
}  // namespace layer::layer_writer_test
