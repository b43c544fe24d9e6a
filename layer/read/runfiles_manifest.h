// Reads a Bazel runfiles manifest: NAME.runfiles_manifest, or MANIFEST in a runfiles directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

// Every line, in `root_symlinks`, sorted by path. A target that is a directory on disk is a tree
// artifact. `workspace` is `_main` if a path is below it, else empty. Each distinct absolute target
// is statted once, in parallel. Throws Error with every fault found.
Runfiles read_runfiles_manifest(const std::string& file, StringArena& arena);

// The paths that a runfiles manifest lists, sorted. Their targets are not read.
std::vector<std::string_view> list_runfiles_manifest(const std::string& file, StringArena& arena);

}  // namespace layer
