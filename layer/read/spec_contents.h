// Completes a parsed spec with what only the disk can tell: link texts, types, trees.
#pragma once

#include <string_view>

#include "layer/base/keyed_hash.h"
#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

// On entry every `content` is an exec path. On return a kSymlink has its link text, a kFile that is
// a directory on disk (a source directory) is a kTreeArtifact, and every tree is expanded. Throws
// Error with every exec path at which nothing suitable is.
void read_spec_contents(Runfiles& runfiles, StringArena& arena);

// Makes a kSymlink of each entry whose exec path is in `links`, before its content is read.
void make_links(Runfiles& runfiles, const NameSet& links);

// Whether a path is a symlink with a relative text. (A sandbox stages inputs as absolute ones.)
bool is_relative_link(std::string_view path);

}  // namespace layer
