// Reads a veneer spec: runfiles as a Bazel rule declares them, before merging.
#pragma once

#include <string>

#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

// Every record, with each list in the spec's order. Exec paths stay as written; relative ones are
// relative to the current directory. Links are followed, except for unresolved symlinks, whose link
// text is read. Each distinct exec path is statted once, in parallel. A source directory, which
// Bazel declares as a file, is a tree. Throws Error with every fault found.
Runfiles read_spec(const std::string& file, StringArena& arena);

// Every record as it stands: a content is an exec path, `u` is a file, no group follows from an `i`,
// and trees are not expanded. What exec paths lead to is not looked at. Throws the same faults of
// the text.
Runfiles parse_spec(const std::string& file, StringArena& arena);

}  // namespace layer
