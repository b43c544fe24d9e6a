// Where layers are cut, and how little an edit moves the cuts.
#include "layer/write/frames.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>

#include "layer/base/error.h"
#include "layer/base/hash64.h"
#include "layer/model/string_arena.h"
#include "layer/write/tar.h"

namespace layer::frames_test {
namespace {

constexpr uint64_t kMaximum = 1024 * 1024;

using Sizes = std::map<std::string, uint64_t>;

LayerPlan plan_of(const Sizes& files, StringArena& arena) {
  LayerPlan plan;
  for (const auto& [path, size] : files) {
    TarEntry entry;
    entry.path = arena.copy(path);
    entry.size = size;
    plan.entries.push_back(entry);
  }
  return plan;
}

// Mostly small files, some large.
Sizes random_files(std::mt19937& random, size_t count) {
  Sizes files;
  while (files.size() < count) {
    const uint64_t kind = random() % 100;
    const uint64_t size = kind == 0  ? kMaximum + random() % (9 << 20)
                          : kind < 5 ? random() % (kMaximum / 4)
                                     : random() % 20000;
    files[fmt::format("pkg{:02}/sub{}/module_{}.py", random() % 40, random() % 7, random())] = size;
  }
  return files;
}

// What a frame holds, in words that do not depend on where in the layer it lies.
std::set<std::string> contents_of(const Sizes& files) {
  StringArena arena;
  const LayerPlan plan = plan_of(files, arena);
  std::set<std::string> contents;
  for (const Frame& frame : cut_frames(plan, {kMaximum})) {
    std::string text = fmt::format("{}+{}:", frame.piece_offset, frame.piece_size);
    for (size_t i = frame.first; i < frame.end; ++i) {
      text += fmt::format("{}={},", plan.entries[i].path, plan.entries[i].size);
    }
    contents.insert(text);
  }
  return contents;
}

size_t count_new(const std::set<std::string>& before, const std::set<std::string>& after) {
  return static_cast<size_t>(std::count_if(
      after.begin(), after.end(), [&](const std::string& text) { return !before.contains(text); }));
}

TEST_CASE("frames: the hash is fixed for good") {
  CHECK(hash64("") == 0xefd01f60ba992926);
  CHECK(hash64("a") == 0x82a2a958a9bece5b);
  CHECK(hash64("site-packages/numpy/__init__.py") == 0xfe4b16972cebe464);
}

TEST_CASE("frames: they tile the layer, in order, each within its bounds") {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    StringArena arena;
    const LayerPlan plan = plan_of(random_files(random, 1500), arena);
    const std::vector<Frame> frames = cut_frames(plan, {kMaximum});
    uint64_t expected = kTarEndSize;
    for (const TarEntry& entry : plan.entries) expected += tar_entry_size(entry);
    uint64_t total = 0;
    size_t next = 0;
    uint64_t piece_next = 0;
    for (size_t i = 0; i < frames.size(); ++i) {
      const Frame& frame = frames[i];
      total += frame.tar_size;
      CHECK(frame.first == next);
      CHECK(frame.ends_layer == (i + 1 == frames.size()));
      CHECK(frame.piece_offset == piece_next);
      if (frame.is_bundle()) {
        CHECK(frame.tar_size <= kMaximum + (frame.ends_layer ? kTarEndSize : 0));
        next = frame.end;
        continue;
      }
      CHECK(frame.piece_size <= kMaximum);
      piece_next += frame.piece_size;
      if (piece_next < plan.entries[next].size) continue;
      CHECK(piece_next == plan.entries[next].size);
      piece_next = 0;
      ++next;
    }
    CHECK(next == plan.entries.size());
    CHECK(total == expected);
  }
}

TEST_CASE("frames: a bundle ends at the smallest hash in the second half of the largest one") {
  std::mt19937 random(2);
  Sizes files;
  while (files.size() < 40000)
    files[fmt::format("dir{}/f{}", random() % 300, random())] = random() % 16384;
  StringArena arena;
  const LayerPlan plan = plan_of(files, arena);
  const std::vector<Frame> frames = cut_frames(plan, {kMaximum});
  REQUIRE(frames.size() > 300);
  for (size_t i = 0; i + 1 < frames.size(); ++i) {
    CHECK(frames[i].tar_size >= kMaximum / 2);
    uint64_t end = 0;
    uint64_t smallest = UINT64_MAX;
    size_t best = 0;
    for (size_t entry = frames[i].first; end <= kMaximum; ++entry) {
      const uint64_t hash = hash64(plan.entries[entry].path);
      if (end >= kMaximum / 2 && hash < smallest) {
        smallest = hash;
        best = entry;
      }
      end += tar_entry_size(plan.entries[entry]);
    }
    CHECK(frames[i].end == best);
  }
}

TEST_CASE("frames: what fits into one frame is not cut") {
  Sizes files;
  for (int i = 0; i < 500; ++i) files[fmt::format("f{}", i)] = 1536;
  StringArena arena;
  CHECK(cut_frames(plan_of(files, arena), {kMaximum}).size() == 1);
}

TEST_CASE("frames: entries that alone are nearly a frame are cut between, wherever they begin") {
  StringArena arena;
  const LayerPlan plan =
      plan_of({{"a", 1000}, {"b", kMaximum - 1}, {"c", kMaximum - 1}, {"d", 1000}}, arena);
  std::vector<size_t> firsts;
  for (const Frame& frame : cut_frames(plan, {kMaximum})) firsts.push_back(frame.first);
  CHECK(firsts == std::vector<size_t>{0, 1, 2, 3});
}

TEST_CASE("frames: new content of the same size changes no cut") {
  // Cuts see paths and sizes alone, so only the frame with the file has other bytes.
  std::mt19937 random(3);
  StringArena arena;
  LayerPlan plan = plan_of(random_files(random, 3000), arena);
  const std::vector<Frame> before = cut_frames(plan, {kMaximum});
  for (TarEntry& entry : plan.entries) entry.mtime += 1;
  CHECK(cut_frames(plan, {kMaximum}) == before);
}

TEST_CASE("frames: an edit changes its own frame, seldom a neighbour, nothing further" *
          doctest::test_suite("slow")) {
  std::mt19937 random(4);
  const Sizes files = random_files(random, 4000);
  const std::set<std::string> before = contents_of(files);
  size_t edits = 0;
  size_t changed = 0;
  for (int round = 0; round < 300; ++round) {
    Sizes edited = files;
    auto at = edited.begin();
    std::advance(at, random() % edited.size());
    if (at->second >= kMaximum) continue;
    switch (random() % 3) {
      case 0:
        at->second = random() % 20000;
        break;
      case 1:
        edited.erase(at);
        break;
      default:
        edited[at->first + "_new"] = random() % 20000;
        break;
    }
    const size_t count = count_new(before, contents_of(edited));
    // The edited bundle; if a cut moved, those up to where the cuts meet the old ones again.
    CHECK(count <= 5);
    ++edits;
    changed += count;
  }
  CHECK(changed < edits * 13 / 10);
}

TEST_CASE("frames: a file that becomes large, or grows, moves only the cuts around it") {
  std::mt19937 random(5);
  const Sizes files = random_files(random, 4000);
  const std::set<std::string> before = contents_of(files);
  for (int round = 0; round < 50; ++round) {
    Sizes edited = files;
    auto at = edited.begin();
    std::advance(at, random() % edited.size());
    at->second = kMaximum + random() % kMaximum;
    CHECK(count_new(before, contents_of(edited)) <= 7);
  }
}

TEST_CASE("frames: a layer without entries is one frame of two zero blocks") {
  const std::vector<Frame> frames = cut_frames(LayerPlan{}, {kMaximum});
  REQUIRE(frames.size() == 1);
  CHECK(frames[0] == Frame{.tar_size = 1024, .ends_layer = true, .ends_tar = true});
}

TEST_CASE("frames: more than 1 TiB in all is refused, whatever sizes are stated") {
  StringArena arena;
  constexpr uint64_t kTebibyte = uint64_t{1} << 40;
  std::vector<LayerPlan> layers{plan_of({{"a", kTebibyte - 1}}, arena),
                                plan_of({{"b", 1}, {"c", 0}}, arena)};
  CHECK_NOTHROW(check_sizes(layers));
  TarEntry& last = layers[1].entries[1];
  last.origin = {arena.intern(Declaration{.file = "p"}), 3, 1};
  for (const uint64_t size : {uint64_t{1}, kTebibyte, UINT64_MAX}) {
    last.size = size;
    CHECK_THROWS_WITH_AS(check_sizes(layers),
                         fmt::format("p:3:1: error: with the {} bytes of 'c', the files of the "
                                     "layers have more than 1 TiB\n",
                                     size)
                             .c_str(),
                         Error);
  }
}

TEST_CASE("frames: entries out of order, or twice, are a bug of the planner") {
  LayerPlan plan;
  plan.name = "app";
  plan.entries.resize(2);
  plan.entries[0].path = "b";
  plan.entries[1].path = "a";
  CHECK_THROWS_WITH_AS(cut_frames(plan, {kMaximum}), "layer 'app' is not in path order at 'a'",
                       std::logic_error);
  plan.entries[1].path = "b";
  CHECK_THROWS_AS(cut_frames(plan, {kMaximum}), std::logic_error);
}

}  // namespace
}  // namespace layer::frames_test
