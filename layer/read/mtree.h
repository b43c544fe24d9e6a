// Reads an mtree specification as bsdtar does, as tar.bzl and rules_py write it.
#pragma once

#include <string>
#include <vector>

#include "layer/entry.h"
#include "layer/string_arena.h"

namespace layer {

// One entry a path, in the order of their first rows. What a row states of mode, uid, gid and time
// is in the entry's Attributes; what it does not is left to veneer's policy, never taken from disk.
// A relative `content` is relative to the current directory. A row for the root itself gives no
// entry. Each distinct content is looked up once, in parallel. Throws Error with every fault found.
std::vector<Entry> read_mtree(const std::string& file, StringArena& arena);

}  // namespace layer
