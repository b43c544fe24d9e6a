// Bazel's runfiles as a rule declares them or as Bazel leaves them on disk, before merging.
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

// The fields of Bazel's `runfiles` object, each in its declared order, which carries "last wins".
// An input that Bazel already merged (a runfiles directory, a runfiles manifest) has every entry in
// `root_symlinks`, whose paths are final. Source: Bazel's Runfiles.getRunfilesInputs.
struct Runfiles {
  std::string_view workspace;         // name of the main repository: `_main` under bzlmod
  std::vector<Entry> symlinks;        // path relative to the workspace, or "../repo/..." as is
  std::vector<Entry> files;           // path is a short_path: "pkg/x", or "../repo/pkg/x"
  std::vector<Entry> empty_files;     // like symlinks; kind kEmptyFile
  std::vector<Entry> root_symlinks;   // path relative to the runfiles root
  std::optional<Entry> repo_mapping;  // placed at _repo_mapping
  std::optional<Entry> executable;    // path is a short_path

  // What is inside each tree artifact, by the directory it is read from (Entry::content of kTreeArtifact):
  // paths relative to that directory, kinds kFile, kSymlink (inner links, verbatim) or kDirectory
  // (empty ones), sorted by path. One item for every kTreeArtifact entry above.
  std::map<std::string_view, std::vector<Entry>> trees;

  // Texts of paths, if their reader keeps them apart: resolving gives every entry another path, and
  // lets go of these.
  std::shared_ptr<StringArena> paths;
};

}  // namespace layer
