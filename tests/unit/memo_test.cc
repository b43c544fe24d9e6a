// What a store remembers beside layers: of walks, of files that were looked into, of bases.
#include "layer/store/memo.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <string>

#include "layer/probe/probe_memo.h"
#include "layer/read/walk.h"
#include "layer/store/maintain.h"
#include "layer/store/store.h"
#include "layer/store/store_files.h"
#include "tests/unit/temporary_directory.h"

namespace layer::memo_test {
namespace {

constexpr int64_t kFarFuture = INT64_MAX / 2;  // from where everything is settled

Digest digest_of(std::string_view text) {
  return sha256(std::as_bytes(std::span(text)));
}

TEST_CASE("memo: what is put comes back, and a shorter one fails without a wrong read") {
  const Stamp stamp{1, 2, 3, -4, 5};
  MemoWriter writer;
  writer.put(uint64_t{7});
  writer.put(int64_t{-7});
  writer.put(std::string_view("text"));
  writer.put(stamp);
  writer.put(std::string_view("12345678"));
  const std::string bytes(writer.bytes());
  for (size_t size = 0; size <= bytes.size(); ++size) {
    MemoReader reader(std::string_view(bytes).substr(0, size));
    const bool is_whole = size == bytes.size();
    CHECK((reader.number() == 7) == (size >= 8));
    CHECK((reader.signed_number() == -7) == (size >= 16));
    CHECK((reader.text() == "text") == (size >= 32));
    CHECK((reader.stamp() == stamp) == (size >= 72));
    CHECK((reader.text() == "12345678") == is_whole);
    CHECK(reader.is_done() == is_whole);
    CHECK(reader.has_failed() != is_whole);
  }
}

TEST_CASE("memo: lengths, counts and numbers that cannot be are failures") {
  MemoWriter writer;
  writer.put(UINT64_MAX);
  MemoReader text(writer.bytes());
  CHECK(text.text().empty());
  CHECK(text.has_failed());
  MemoReader count(writer.bytes());
  CHECK(count.count(1) == 0);
  CHECK(count.has_failed());
  MemoReader number(writer.bytes());
  CHECK(number.small_number() == 0);
  CHECK(number.has_failed());
}

TEST_CASE("store: a memo is found by a later run, and a newer one takes its place") {
  const TemporaryDirectory folder;
  const std::string directory = folder / "store";
  for (const std::string bytes : {"first", "second"}) {
    Store store(directory, kFarFuture);
    store.add_memo(digest_of("key"), bytes);
    store.commit(UINT64_MAX);
    Store later(directory, kFarFuture);
    const Memo memo = later.find_memo(digest_of("key"));
    REQUIRE(memo);
    CHECK(memo.bytes() == bytes);
    CHECK_FALSE(later.find_memo(digest_of("another key")));
  }
  CHECK(measure_store(directory).blobs == 1);
  CHECK(verify_store(directory, Repair::kReport, 0).warnings.empty());
  std::filesystem::remove(store_blob_path(directory, digest_of("second")));
  CHECK_FALSE(Store(directory, kFarFuture).find_memo(digest_of("key")));
}

class WalkBench {
 public:
  // "path>link" of all items; `*` before it if something was listed anew.
  std::string walk(int64_t now = kFarFuture) {
    StringArena arena;
    Store store(folder / "store", now);
    std::string text;
    for (const WalkedItem& item : layer::walk(folder / "root", WalkDetail::kTypes, arena, &store)) {
      text += std::string(item.path) + (item.is_empty ? "(empty)" : "") +
              (item.link.empty() ? "" : ">" + std::string(item.link)) + " ";
    }
    const bool is_new = !store.added().memos.empty();
    store.commit(UINT64_MAX);
    return (is_new ? "*" : "") + text;
  }

  TemporaryDirectory folder;
};

TEST_CASE("walk: with a store only directories that changed are listed again") {
  WalkBench bench;
  bench.folder.link("root/a/b/link", "/one");
  bench.folder.write("root/a/file", "");
  bench.folder.make_directory("root/c");
  const std::string before = "a a/b a/b/link>/one a/file c(empty) ";
  CHECK(bench.walk() == "*" + before);
  CHECK(bench.walk() == before);
  std::filesystem::remove(bench.folder / "root/a/b/link");
  bench.folder.link("root/a/b/link", "/two");
  CHECK(bench.walk() == "*a a/b a/b/link>/two a/file c(empty) ");
  bench.folder.write("root/c/new", "");
  CHECK(bench.walk() == "*a a/b a/b/link>/two a/file c c/new ");
  std::filesystem::remove_all(bench.folder / "root/a");
  CHECK(bench.walk() == "*c c/new ");
  CHECK(bench.walk() == "c c/new ");
}

TEST_CASE("walk: directories that may change within one tick of the clock are not remembered") {
  WalkBench bench;
  bench.folder.write("root/file", "");
  CHECK(bench.walk(0) == "*file ");
  CHECK(bench.walk(0) == "*file ");
}

TEST_CASE("probes: known by path and stamp, whatever they hold") {
  const TemporaryDirectory folder;
  const Stamp stamps[] = {{1, 1, 1, 1, 1}, {1, 2, 1, 1, 1}, {1, 3, 1, 1, 1}};
  std::vector<Node> nodes(3);
  std::vector<FileProbe> probes(2);
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].path = std::string_view("abc").substr(i, 1);
    nodes[i].stamp = &stamps[i];
  }
  ElfFacts elf;
  elf.machine = {62, true, false};
  elf.is_shared_object = true;
  elf.soname = "libx.so.1";
  elf.needed = {"liby.so", "libz.so"};
  elf.runpath = "$ORIGIN";
  elf.print = 42;
  probes[0].elf = std::make_shared<const ElfFacts>(elf);
  probes[1].pyc = PycHeader{0, 5, 6};
  probes[1].text = "#!";
  {
    Store store(folder / "store", kFarFuture);
    ProbeMemo(store, "/app/x", "x.runfiles")
        .replace(std::array<const Node*, 2>{&nodes[0], &nodes[1]}, probes);
    store.commit(UINT64_MAX);
  }
  Store store(folder / "store", kFarFuture);
  ProbeMemo memo(store, "/app/x", "x.runfiles");
  const FileProbe* first = memo.find(nodes[0]);
  REQUIRE(first != nullptr);
  REQUIRE(first->elf != nullptr);
  CHECK(first->elf->machine == elf.machine);
  CHECK(first->elf->is_shared_object);
  CHECK_FALSE(first->elf->is_program);
  CHECK(first->elf->soname == elf.soname);
  CHECK(first->elf->needed == elf.needed);
  CHECK_FALSE(first->elf->rpath);
  CHECK(first->elf->runpath == elf.runpath);
  CHECK(first->elf->print == 42);
  const FileProbe* second = memo.find(nodes[1]);
  REQUIRE(second != nullptr);
  CHECK(second->text == "#!");
  REQUIRE(second->pyc);
  CHECK(second->pyc->mtime == 5);
  CHECK(memo.find(nodes[2]) == nullptr);
  nodes[0].stamp = &stamps[1];
  CHECK(memo.find(nodes[0]) == nullptr);
  CHECK_FALSE(store.find_memo(digest_of("probes 1 /app/y x.runfiles")));
}

}  // namespace
}  // namespace layer::memo_test
