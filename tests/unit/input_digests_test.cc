// What a build system says of content counts, as far as it can be meant of the file at hand.
#include "layer/store/input_digests.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "layer/store/store.h"
#include "temporary_directory.h"

namespace layer::input_digests_test {
namespace {

namespace fs = std::filesystem;

Stamp stamp_at(const std::string& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return stamp_of(status);
}

TEST_CASE(
    "input digests: equal digests stand for one content, wherever and whenever it is written") {
  const TemporaryDirectory folder;
  const std::string a = folder.write("a", "same");
  const std::string b = folder.write("b", "same");
  const std::string c = folder.write("c", "else");
  const std::vector<InputDigest> inputs{{a, "1"}, {b, "1"}, {c, "2"}};
  const InputDigests digests(inputs);
  CHECK(digests.find(a, stamp_at(a)).has_value());
  CHECK(digests.find(a, stamp_at(a)) == digests.find(b, stamp_at(b)));
  CHECK(digests.find(a, stamp_at(a)) != digests.find(c, stamp_at(c)));
  CHECK(digests.find(a, stamp_at(a)) != stamp_at(a));
}

TEST_CASE("input digests: none where none is given, and none for a path with two") {
  const TemporaryDirectory folder;
  const std::string a = folder.write("a", "one");
  const std::string b = folder.write("b", "two");
  const std::vector<InputDigest> inputs{{a, ""}, {b, "1"}, {b, "2"}};
  const InputDigests digests(inputs);
  CHECK_FALSE(digests.find(a, stamp_at(a)));
  CHECK_FALSE(digests.find(b, stamp_at(b)));
  CHECK_FALSE(digests.find("", stamp_at(a)));
  CHECK_FALSE(InputDigests().find(a, stamp_at(a)));
}

TEST_CASE("input digests: a link that stages is the file behind it, any other is not") {
  const TemporaryDirectory folder;
  const std::string file = folder.write("elsewhere/in/a", "text");
  fs::create_directory(folder / "in");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  fs::create_symlink(file, "in/a");
  fs::create_symlink("a", "in/relative");
  fs::create_symlink(file, "in/absolute");
  for (const char* path : {"in/a", "in/relative", "in/absolute"}) {
    const std::vector<InputDigest> inputs{{path, "1"}};
    const bool is_known = InputDigests(inputs).find(path, stamp_at(file)).has_value();
    CAPTURE(path);
    CHECK(is_known == (std::string_view(path) == "in/a"));
  }
  fs::current_path(before);
}

TEST_CASE("store: a young file has an identity by its digest alone") {
  const TemporaryDirectory folder;
  const std::string a = folder.write("a", "text");
  const std::vector<InputDigest> inputs{{a, "1"}};
  const Stamp stamp = stamp_at(a);
  const Store plain(folder / "store", stamp.mtime);
  CHECK_FALSE(plain.identity(a, stamp));
  Store store(folder / "store", stamp.mtime, InputDigests(inputs));
  REQUIRE(store.identity(a, stamp));
  store.add_file(a, stamp, {sha256({}), true});
  store.commit(UINT64_MAX);

  // Another file by another name, which holds the same because its digest says so.
  const std::string b = folder.write("b", "text");
  const std::vector<InputDigest> moved{{b, "1"}};
  const Store later(folder / "store", stamp.mtime, InputDigests(moved));
  REQUIRE(later.find_file(b, stamp_at(b)));
  CHECK(later.find_file(b, stamp_at(b))->digest == sha256({}));
  CHECK_FALSE(later.find_file(a, stamp));
}

}  // namespace
}  // namespace layer::input_digests_test
