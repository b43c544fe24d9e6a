// Reads a veneer spec: the runfiles that a Bazel rule hands over, as declared and before merging.
#pragma once

#include <string>

#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

// Every record, each list in the spec's order. Exec paths stay as written: relative ones are
// relative to the current directory. Only a record of an unresolved symlink has its link text read;
// for every other one links are followed. Each distinct exec path is looked up once, in parallel: a
// source directory, which Bazel declares as a file, is a tree. Throws Error with every fault found.
Runfiles read_spec(const std::string& file, StringArena& arena);

}  // namespace layer
