// Turns archive members that are one and the same file on disk into links to it.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/bsdtar/members.h"
#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

// Compares the real paths (realpath(3)) of listed members. Among members with the same real path,
// one stays a file: the one whose path in the archive shares the most trailing components with the
// real path, the first if several do. The others become relative symlinks to it. So `python3 ->
// python3.11`, and a file of a virtual environment that leads to a wheel's file, are links as they
// are on disk. Members are joined only if both are in the same runfiles tree or both in none, and
// if the same is stated about both. A launcher beside its runfiles must not become a link, because
// it looks for them by its own path.
//
// A real path is the same inside a sandbox that stages inputs as links and outside of it. Where a
// build system stages inputs as files, real paths show nothing; then the rules that compare content
// apply (links.h).
//
// `tree` has the members' entries, in their order, and `facts` are of `tree`; both are changed.
// Empty files, and those that `facts` knows to be equal to no other, are left alone. The result has
// an element for each member: a number above 0, the same for all members that share a real path, or
// 0 for a member that shares it with none. Throws Error for a path that cannot be resolved.
std::vector<uint32_t> link_same_files(const std::vector<Member>& members, FileTree& tree,
                                      std::vector<FileFacts>& facts, StringArena& arena);

}  // namespace layer
