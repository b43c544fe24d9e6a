// Inputs compared with a base image.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "layer/resolve/resolve.h"
#include "oci/read/read_base.h"
#include "oci_support.h"

namespace oci::oci_match_test {
namespace {

using test::TemporaryDirectory;

// A base of two layers, in which the upper one replaces "usr/replaced", and inputs beside it.
class Bench {
 public:
  Bench() {
    const auto layer = [](const std::vector<test::TarMember>& members) {
      const std::string tar = test::make_tar(members);
      return test::TestLayer{test::gzip(tar), std::string(kTarGzipType),
                             digest_of(tar).to_string()};
    };
    write_layout(folder_, "base",
                 {layer({{"usr/small", "#!text", {}},
                         {"usr/large", large_, {}},
                         {"usr/replaced", "before", {}},
                         {"usr/other", "1234", {}}}),
                  layer({{"usr/replaced", "after!", {}}})});
  }

  void input(const std::string& path, const std::string& bytes) {
    folder_.write("inputs/" + path, bytes);
    layer::Entry entry;
    entry.path = arena_.copy(path);
    entry.content = arena_.copy(folder_.path("inputs/" + path));
    entries_.push_back(entry);
  }

  BaseImage read(FindDuplicates find, layer::Store* store = nullptr) {
    layer::Diagnostics found;
    tree_ = layer::merge_inputs({entries_}, found);
    const ReadBaseOptions reading{find, 2, store, {folder_.path()}};
    return read_base(test::open(folder_, "oci", "base"), tree_, reading, arena_);
  }

  // "input = base mode" of every pair found equal.
  std::string pairs(FindDuplicates find = FindDuplicates::kYes, layer::Store* store = nullptr) {
    const BaseImage base = read(find, store);
    std::string text;
    for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
      for (const layer::Node& node : base.tree.nodes()) {
        const auto* file = base.contents.equal_file(i, node);
        if (file == nullptr) continue;
        text +=
            fmt::format("{} = {} {:o}\n", tree_.entries[i].path, node.path, file->mode_by_content);
      }
    }
    return text;
  }
  const std::string& large() const { return large_; }

 private:
  TemporaryDirectory folder_;
  layer::StringArena arena_;
  std::vector<layer::Entry> entries_;
  layer::FileTree tree_;
  const std::string large_ = std::string(70'000, 'l') + "end";
};

TEST_CASE("base match: equal files are found by name, whatever their folder") {
  Bench bench;
  bench.input("a/small", "#!text");
  bench.input("b/small", "#!tex~");
  bench.input("b/large", bench.large());
  bench.input("c/large", bench.large().substr(1) + "x");
  bench.input("c/another", "1234");
  bench.input("d/other", "12345");
  CHECK(bench.pairs() == "a/small = usr/small 755\nb/large = usr/large 644\n");
  CHECK(bench.pairs(FindDuplicates::kNo).empty());
}

TEST_CASE("base match: a file that a layer above replaces is not what the base has") {
  Bench bench;
  bench.input("a/replaced", "before");
  bench.input("b/replaced", "after!");
  CHECK(bench.pairs() == "b/replaced = usr/replaced 644\n");
}

// What pairs() says with a store; `*` before it if the base was read.
std::string pairs_with_store(Bench& bench, const std::string& directory) {
  constexpr int64_t kFarFuture = INT64_MAX / 2;  // from where everything is settled
  layer::Store store(directory, kFarFuture);
  const std::string text = bench.pairs(FindDuplicates::kYes, &store);
  const bool is_read = !store.added().memos.empty();
  store.commit(UINT64_MAX);
  return (is_read ? "*" : "") + text;
}

TEST_CASE("base match: with a store the base is read again only for what was not asked before") {
  Bench bench;
  const TemporaryDirectory folder;
  const std::string store = folder.path("store");
  bench.input("a/small", "#!text");
  const std::string small = "a/small = usr/small 755\n";
  CHECK(pairs_with_store(bench, store) == "*" + small);
  CHECK(pairs_with_store(bench, store) == small);
  bench.input("b/large", bench.large());
  const std::string both = small + "b/large = usr/large 644\n";
  CHECK(pairs_with_store(bench, store) == "*" + both);
  CHECK(pairs_with_store(bench, store) == both);
}

}  // namespace
}  // namespace oci::oci_match_test
