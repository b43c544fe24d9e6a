// Bazel's runfiles as one input declares them, before merging.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/string_arena.h"

namespace layer {

// The fields of Bazel's `runfiles` object, each in declared order, because "last wins". An input
// that Bazel has already merged (a runfiles directory, a runfiles manifest) has every entry in
// `root_symlinks`, and their paths are final. Source: Bazel's Runfiles.getRunfilesInputs.
struct Runfiles {
  std::string_view workspace;         // name of the main repository: `_main` under bzlmod
  std::vector<Entry> symlinks;        // path relative to the workspace, or "../repo/..." as is
  std::vector<Entry> files;           // path is a short_path: "pkg/x", or "../repo/pkg/x"
  std::vector<Entry> empty_files;     // like symlinks; kind kEmptyFile
  std::vector<Entry> root_symlinks;   // path relative to the runfiles root
  std::optional<Entry> repo_mapping;  // placed at _repo_mapping
  std::optional<Entry> executable;    // path is a short_path

  // The content of each tree artifact, by the directory it is read from (Entry::content of the
  // kTreeArtifact entry). Paths are relative to that directory and sorted; kinds are kFile,
  // kSymlink (inner links, verbatim) and kDirectory (empty ones). Has an item for every
  // kTreeArtifact entry above.
  std::map<std::string_view, std::vector<Entry>> tree_artifacts;

  // The arena of the paths, if the reader keeps them apart. Resolving gives every entry a new path
  // and then releases these.
  std::shared_ptr<StringArena> paths;
};

}  // namespace layer
