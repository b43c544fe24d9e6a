// Where a result goes, and how it gets there and back.
#include "layer/disk/result_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/disk/file_handle.h"
#include "layer/disk/list_directory.h"
#include "layer/disk/temporaries.h"
#include "layer/disk/temporary_path.h"
#include "layer/disk/undo.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::result_file_test {
namespace {

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

ResultFile result_of(const std::string& path, const std::string& scratch, std::string_view text) {
  ResultFile result(path, scratch);
  result.file().write(std::as_bytes(std::span(text)));
  return result;
}

TEST_CASE("output place: files are replaced; what is there and is none is written to") {
  const TemporaryDirectory directory;
  const std::string file = directory.write("file", "");
  const std::string pipe = directory / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const FileHandle open_file = open_or_throw(file, O_WRONLY);
  const auto describe = [](const std::string& path) {
    const OutputPlace place = find_output_place(path);
    if (!place.is_stream) return std::string("file");
    return place.descriptor < 0 ? std::string("stream")
                                : fmt::format("descriptor {}", place.descriptor);
  };
  CHECK(describe(file) == "file");
  CHECK(describe(directory / "none") == "file");
  CHECK(describe(directory.link("to-file", "file")) == "file");
  CHECK(describe(directory.link("to-none", "none")) == "file");
  CHECK(describe(directory.link("circle", "circle")) == "file");
  CHECK(describe(pipe) == "stream");
  CHECK(describe(directory.link("to-pipe", "pipe")) == "stream");
  CHECK(describe("/dev/null") == "stream");
  CHECK(describe("-") == "descriptor 1");
  CHECK(describe("./-") == "file");
  CHECK(describe("/dev/stdout") == "descriptor 1");
  CHECK(describe(directory.link("to-stdout", "/dev/stdout")) == "descriptor 1");
  const int descriptor = open_file.get();
  CHECK(describe(fmt::format("/dev/fd/{}", descriptor)) ==
        fmt::format("descriptor {}", descriptor));
  CHECK(describe(fmt::format("/proc/{}/fd/{}", getpid(), descriptor)) ==
        fmt::format("descriptor {}", descriptor));
}

TEST_CASE("output place: a directory is none, and a layout may be one") {
  const TemporaryDirectory directory;
  directory.make_directory("folder");
  for (const char* name : {"folder", "folder/", "none/"}) {
    CHECK(directory.error_of([&] { find_output_place(directory / name); }) ==
          fmt::format("$/{0}: error: is a directory\n$/{0}: help: name a file\n", name));
    CHECK_FALSE(leads_to_stream(directory / name));
  }
  CHECK(folder_of_path("a") == ".");
  CHECK(folder_of_path("a/b") == "a");
  CHECK(folder_of_path("a/b//") == "a");
  CHECK(folder_of_path("/a") == "/");
}

TEST_CASE("result file: it is a file of its own, with the mode that the umask gives") {
  const TemporaryDirectory directory;
  const std::string stored = directory.write("stored", "content");
  REQUIRE(chmod(stored.c_str(), 0444) == 0);
  ResultFile result(directory / "out", directory.path());
  result.copy(open_or_throw(stored, O_RDONLY).get());
  result.send();
  CHECK(names_in(directory.path()) == std::vector<std::string>{"stored"});
  Undo undo;
  result.show(undo);
  undo.keep();
  const mode_t mask = umask(0);
  umask(mask);
  struct stat status = {};
  REQUIRE(stat((directory / "out").c_str(), &status) == 0);
  CHECK(status.st_nlink == 1);
  CHECK((status.st_mode & 07777) == (0666 & ~mask));
  CHECK(read_file(directory / "out") == "content");
}

TEST_CASE("result file: what was shown is taken back, and what was replaced comes back") {
  const TemporaryDirectory directory;
  directory.write("old", "before");
  directory.link("link", "old");
  for (const bool is_kept : {false, true}) {
    {
      Undo undo;
      for (const char* name : {"new", "old", "link"}) {
        result_of(directory / name, directory.path(), "after").show(undo);
        CHECK(read_file(directory / name) == "after");
      }
      if (is_kept) undo.keep();
    }
    CHECK(std::filesystem::exists(directory / "new") == is_kept);
    CHECK(read_file(directory / "old") == (is_kept ? "after" : "before"));
    CHECK(std::filesystem::is_symlink(directory / "link") != is_kept);
    CHECK(names_in(directory.path()).size() == (is_kept ? 3 : 2));
  }
}

TEST_CASE("undo: steps are taken back newest first, all of them, whatever one throws") {
  std::string order;
  {
    Undo undo;
    undo.add([&] { order += '1'; });
    undo.add([&] { throw Error("2"); });
    undo.add([&] { order += '3'; });
  }
  CHECK(order == "31");
  std::function<void()> later;
  {
    Undo undo;
    undo.add([&] { order += '4'; });
    later = undo.release();
    undo.add([&] { order += '5'; });
    undo.keep();
  }
  CHECK(order == "31");
  later();
  CHECK(order == "314");
}

TEST_CASE("temporary name: what it stands for goes with it, unless it has become something else") {
  const TemporaryDirectory directory;
  {
    const TemporaryName file(directory.write("file", "x"));
    directory.write("tree/folder/file", "x");
    TemporaryName tree(directory / "tree", TemporaryKind::kTree);
    const TemporaryName moved = std::move(tree);
    CHECK_FALSE(tree);
    CHECK(moved.path() == directory / "tree");
    TemporaryName kept(directory.write("kept", "x"));
    kept.release();
    // A file's name under which somebody has put a directory since.
    const TemporaryName taken(directory.write("taken", "x"));
    std::filesystem::remove(directory / "taken");
    directory.write("taken/of/somebody", "x");
  }
  CHECK(names_in(directory.path()) == std::vector<std::string>{"kept", "taken"});
}

TEST_CASE("temporary name: no listing has those that veneer makes, and every other") {
  const TemporaryDirectory directory;
  const std::vector<std::string> others{".veneer-",
                                        ".veneer-12",
                                        ".veneer-12-",
                                        ".veneer--0",
                                        ".veneer-a-0",
                                        ".veneer-12-dir",
                                        ".veneer-12-dir-abc",
                                        ".veneer-12-dir-abcd_f",
                                        ".veneer-12-0x",
                                        ".veneer-config",
                                        ".veneer-12-dir-abcdefg",
                                        ".veneer-images",
                                        "veneer-12-0",
                                        ".veneer-tar-abcdef"};
  for (const std::string& name : others) directory.write(name, "");
  directory.write(std::filesystem::path(temporary_path(directory.path(), 17)).filename().string(),
                  "");
  directory.write(".veneer-1-0", "");
  const TemporaryName made = make_temporary_directory(directory.path(), "place", "fails");
  CHECK(std::filesystem::is_directory(made.path()));
  for (const WalkDetail detail : {WalkDetail::kTypes, WalkDetail::kModes}) {
    const Listing listing = list_directory(directory.path(), detail);
    std::vector<std::string> names;
    for (const Listing::Item& item : listing.items) names.emplace_back(listing.name(item));
    std::vector<std::string> expected = others;
    std::ranges::sort(expected);
    CHECK(names == expected);
  }
  CHECK_THROWS_WITH_AS(make_temporary_directory(directory / "nope", "place", "cannot be"),
                       "place: error: cannot be: No such file or directory\n", Error);
}

}  // namespace
}  // namespace layer::result_file_test
