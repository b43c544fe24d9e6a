// Members that are one and the same file on disk become links to it.
#pragma once

#include <cstdint>
#include <vector>

#include "layer/bsdtar/members.h"
#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

// Of listed members with the same real path (realpath(3)), the one whose path in the archive ends
// in the most components like the real path stays a file, the first of several such; the others
// become relative symlinks to it. So `python3 -> python3.11`, and a file of a virtual environment
// that leads to a wheel's, are links as they are on disk. Only within one runfiles tree, or outside
// of all of them, and only where what is stated of both is the same: a launcher beside its runfiles
// must not turn into a link, for it looks for them by its own path.
//
// A real path is the same in a sandbox that stages inputs as links and out of it. Where a build
// system stages them as files, nothing tells; then the rules that look at content (links.h) apply.
//
// `tree` has the members' entries and `facts` are of it; both are changed. Empty files and those
// that `facts` knows to be like no other are left alone. The result has a number for each member
// that shares its real path with others, the same for all of them, and 0 for every other member.
// Throws Error for a path that cannot be resolved.
std::vector<uint32_t> link_same_files(const std::vector<Member>& members, FileTree& tree,
                                      std::vector<FileFacts>& facts, StringArena& arena);

}  // namespace layer
