// The layouts of tests/layouts, made real, read in each of the three forms that Bazel gives them.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "layer/read/runfiles_directory.h"
#include "layer/read/runfiles_manifest.h"
#include "layer/read/spec.h"
#include "tests/unit/entry_text.h"
#include "tests/unit/run_command.h"
#include "tests/unit/temporary_directory.h"

namespace layer::layouts_test {
namespace {

const std::filesystem::path kTests = VENEER_TESTS_DIRECTORY;

std::vector<std::filesystem::path> layouts() {
  std::vector<std::filesystem::path> found;
  for (const auto& file : std::filesystem::directory_iterator(kTests / "layouts")) {
    if (file.path().string().ends_with(".runfiles.tsv")) found.push_back(file.path());
  }
  std::ranges::sort(found);
  return found;
}

std::string place(const Entry& entry, const Runfiles& runfiles) {
  const std::string path(entry.path);
  return path.starts_with("../") ? path.substr(3) : fmt::format("{}/{}", runfiles.workspace, path);
}

// A spec's entries at the places where they end up in a layout, none of which holds a conflict, as
// lines like those of a runfiles directory's entries.
std::string placed_text(const Runfiles& spec, const std::string& execroot) {
  std::map<std::string, Entry> placed;
  for (const auto* list : {&spec.symlinks, &spec.files, &spec.empty_files}) {
    for (const Entry& entry : *list) placed[place(entry, spec)] = entry;
  }
  for (const Entry& entry : spec.root_symlinks) placed[std::string(entry.path)] = entry;
  placed["_repo_mapping"] = spec.repo_mapping.value();
  std::string text;
  for (auto& [path, entry] : placed) {
    const std::string on_disk = execroot + "/" + std::string(entry.content);
    Entry bare{.path = path, .content = entry.content, .kind = entry.kind};
    if (entry.kind == EntryKind::kFile) bare.content = on_disk;
    text += to_text(bare);
  }
  return text;
}

TEST_CASE("layouts: runfiles directory, runfiles manifest and spec say the same" *
          doctest::test_suite("slow")) {
  REQUIRE(layouts().size() == 16);
  for (const std::filesystem::path& layout : layouts()) {
    CAPTURE(layout);
    const TemporaryDirectory temporary;
    const std::string folder = temporary / "made";
    REQUIRE(run_command({VENEER_PYTHON, kTests / "materialize_layout.py", layout, folder}) == 0);
    const std::string execroot = folder + "/execroot";
    const WorkingDirectory working(execroot);
    StringArena arena;
    const Runfiles spec = read_spec(folder + "/spec", arena);
    REQUIRE(spec.executable.has_value());
    const std::string runfiles = std::string(spec.executable->content) + ".runfiles";

    const Runfiles manifest = read_runfiles_manifest(runfiles + "_manifest", arena);
    Diagnostics found;
    Runfiles directory = read_runfiles_directory(runfiles, arena, found);
    // A manifest is sorted by the whole path, a directory is walked.
    std::ranges::sort(directory.root_symlinks, {}, &Entry::path);
    CHECK(to_text(directory) == to_text(manifest));
    CHECK(placed_text(spec, execroot) == to_text(manifest.root_symlinks));
    CHECK(manifest.workspace == spec.workspace);
    CHECK(read_runfiles_manifest(runfiles + "/MANIFEST", arena).root_symlinks.size() ==
          manifest.root_symlinks.size());
  }
}

TEST_CASE("layouts: a SymlinkEntry in the spec names its target's runfiles path") {
  const TemporaryDirectory temporary;
  const std::string folder = temporary / "made";
  const auto layout = kTests / "layouts/a_issue3439_torch_filelock.rp2.3.2.runfiles.tsv";
  REQUIRE(run_command({VENEER_PYTHON, kTests / "materialize_layout.py", layout, folder}) == 0);
  const WorkingDirectory working(folder + "/execroot");
  StringArena arena;
  const Runfiles spec = read_spec(folder + "/spec", arena);
  CHECK(spec.root_symlinks.size() == 5);
  for (const Entry& entry : spec.root_symlinks) {
    CHECK(fmt::format("external/{}", entry.target) == entry.content);
    CHECK(std::ranges::count(spec.files, entry.content, &Entry::content) == 1);
  }
}

}  // namespace
}  // namespace layer::layouts_test
