// Lays the tree out as venv and reports, in numbers, what was dropped; faithful needs no work.
#include "cmd/options/runfiles_layout_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "cmd/options/choice.h"
#include "cmd/report/messages.h"

namespace cmd {
namespace {

constexpr size_t kMostNamed = 5;  // repositories, in a message

std::string count_paths(uint64_t number) {
  return fmt::format("{} path{}", number, number == 1 ? "" : "s");
}

std::string count_repositories(size_t number) {
  return fmt::format("{} more {}", number, number == 1 ? "repository" : "repositories");
}

layer::Diagnostic describe_dropped(std::vector<layer::DroppedPaths> dropped) {
  uint64_t paths = 0;
  uint64_t bytes = 0;
  for (const layer::DroppedPaths& repository : dropped) {
    paths += repository.paths;
    bytes += repository.bytes;
  }
  if (paths == 0) {
    return {{},
            "--runfiles-layout=venv dropped no paths: the virtual environment has no file of a "
            "wheel, or every path of the wheels is needed",
            {},
            {}};
  }
  layer::Diagnostic note{{},
                         fmt::format("--runfiles-layout=venv dropped {} ({} of path names): the "
                                     "files are now in the virtual environment only",
                                     count_paths(paths), human_size(bytes)),
                         {},
                         "if the program opens one of these paths, keep it with --keep GLOB; "
                         "--keep '*NAME*' keeps every repository with NAME in its name"};
  std::stable_sort(dropped.begin(), dropped.end(),
                   [](const auto& a, const auto& b) { return a.paths > b.paths; });
  for (size_t i = 0; i < std::min(kMostNamed, dropped.size()); ++i) {
    note.notes.push_back({{},
                          fmt::format("{} ({}) of {}", count_paths(dropped[i].paths),
                                      human_size(dropped[i].bytes), dropped[i].repository)});
  }
  if (dropped.size() > kMostNamed) {
    note.notes.push_back(
        {{}, fmt::format("and paths of {}", count_repositories(dropped.size() - kMostNamed))});
  }
  return note;
}

layer::Diagnostic describe_kept(const layer::Mention& mention) {
  return {
      {std::string(mention.path), mention.line, 0},
      fmt::format("names '{}', so veneer keeps the paths of this repository", mention.repository),
      {},
      {}};
}

}  // namespace

void add_layout_options(CLI::App& command, LayoutOptions& options) {
  command
      .add_option("--runfiles-layout", options.layout,
                  "faithful: keep every path of the runfiles (default); venv: put files of wheels "
                  "into the virtual environment only")
      ->transform(one_of<RunfilesLayout>(
          {{"faithful", RunfilesLayout::kFaithful}, {"venv", RunfilesLayout::kVenv}}))
      ->type_name("faithful|venv")
      ->group("Inputs");
  command
      .add_option("--keep", options.keep,
                  "Paths that --runfiles-layout=venv does not drop; repeatable")
      ->allow_extra_args(false)
      ->type_name("GLOB")
      ->group("Inputs");
}

std::vector<layer::DroppedPaths> lay_out_as_venv(const LayoutOptions& options,
                                                 layer::FileTree& tree,
                                                 std::vector<layer::FileFacts>& facts,
                                                 layer::StringArena& arena) {
  layer::Diagnostics found;
  layer::VenvLayout layout = layer::lay_out_as_venv(tree, facts, options.keep, arena, found);
  print_warnings(found.warnings());
  for (const layer::Mention& mention : layout.kept) print_note(describe_kept(mention));
  print_note(describe_dropped(layout.dropped));
  tree = std::move(layout.tree);
  facts = std::move(layout.facts);
  return std::move(layout.dropped);
}

}  // namespace cmd
