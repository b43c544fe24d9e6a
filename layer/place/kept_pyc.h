// Decides which compiled Python files of a tree stay: --pyc=keep and --pyc=drop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "layer/base/error.h"
#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/packed_python.h"

namespace layer {

// Of the files in __pycache__ at `places`, keeps those that a Python of `version` ("3.11"; empty:
// any) would take, and makes it take them whatever the time of a source is in the image: only the
// header changes. Which bytes of a file show where it was compiled, stays: Python corrects these
// names when it imports a module.
//
// The others are removed, as Python would not take them either; the result says how many there
// were, and why. A RECORD has the digests of what is in the tree then, and no row of a compiled
// file that is not there. What the link rules make links to such a file are links.
//
// Reads each compiled file of that version, with its source, on as many threads as it is called
// with. Throws Error for what cannot be read.
std::optional<Diagnostic> keep_compiled_files(const PythonPlaces& places,
                                              const std::string& version, FileTree& tree,
                                              std::vector<FileFacts>& facts, StringArena& arena);

// Removes what is in __pycache__ at `places`, and its rows of RECORDs.
void drop_compiled_files(const PythonPlaces& places, FileTree& tree, std::vector<FileFacts>& facts,
                         StringArena& arena);

}  // namespace layer
