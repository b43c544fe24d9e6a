// Bazel's merge order and conflict rules: from what inputs declare to one tree of paths.
#pragma once

#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/file_tree.h"
#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

// The entries of a runfiles tree placed at `root` (a path in the image, relative), as Bazel would
// lay them out: symlinks, files over them, later over earlier; entries below another entry dropped
// (with a warning if they would be something else there); empty files; the workspace prefix;
// root_symlinks over all; the repo mapping. Tree artifacts come out expanded. Entry::target is made
// an image path too. What lost its place is added to `lost`, if that is given. Reports an entry below a non-directory to `found` as an error.
// Source: Bazel's Runfiles.getRunfilesInputs and filterListForObscuringSymlinks.
std::vector<Entry> resolve_runfiles(Runfiles runfiles, std::string_view root, StringArena& arena,
                                    Diagnostics& found, std::vector<LostEntry>* lost = nullptr);

// One tree of the entries of several inputs. The same path from two inputs must be the same thing;
// otherwise, and for an entry below a non-directory, a path that leaves the root, or a name that
// image layers reserve (".wh."), `found` gets an error that names both origins.
FileTree merge_inputs(std::vector<std::vector<Entry>> inputs, Diagnostics& found);

}  // namespace layer
