// Leads a virtual environment to its interpreter in the image: one that is packed, or the base's.
#pragma once

#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"
#include "layer/model/venv.h"

namespace layer {

// Finds the interpreter: that of the image if it is included, else the base's with this version, at
// the path that it has on this machine or in any directory called bin. Then completes the links in
// the environment's bin/ that lead to it, which become relative, and pyvenv.cfg. `base` is null
// without a base. Throws Error if there is no such interpreter, with the versions that the base
// has.
void place_interpreter(const Venv& venv, const ImageTree* base, FileTree& tree,
                       std::vector<FileFacts>& facts, StringArena& arena);

}  // namespace layer
