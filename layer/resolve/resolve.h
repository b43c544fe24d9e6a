// Merges entries by Bazel's order and conflict rules into one tree of paths.
#pragma once

#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/file_tree.h"
#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

// The entries of a runfiles tree placed at `root` (a relative path in the image), as Bazel would
// lay it out. In Bazel's order: symlinks; files over them, later ones over earlier; entries below
// another entry are dropped (with a warning if they would be something else there); empty files;
// the workspace prefix; root_symlinks over all; the repo mapping. Tree artifacts are expanded, and
// Entry::target becomes a path in the image too. Entries that lose their place are added to `lost`,
// if given. An entry below a non-directory is an error in `found`. Source: Bazel's
// Runfiles.getRunfilesInputs and filterListForObscuringSymlinks.
std::vector<Entry> resolve_runfiles(Runfiles runfiles, std::string_view root, StringArena& arena,
                                    Diagnostics& found, std::vector<LostEntry>* lost = nullptr);

// Merges the entries of several inputs into one tree. The same path from two inputs must be the
// same thing. If it is not, and for an entry below a non-directory, a path that leaves the root, or
// a name that image layers reserve (".wh."), `found` gets an error that names both origins.
FileTree merge_inputs(std::vector<std::vector<Entry>> inputs, Diagnostics& found);

}  // namespace layer
