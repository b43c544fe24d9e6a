// Finds files that still name the place of their virtual environment on this machine.
#pragma once

#include <vector>

#include "layer/base/error.h"
#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/venv.h"

namespace layer {

class Store;

// Warns of each text file of the environment, and of the first-party files that go with it, in
// which one of the environment's old places is named: the first line of each file that does. A file
// with a NUL byte in its first 4 KiB is no text, and one of more than 16 MiB is not looked at.
// Reads with `jobs` threads; a store, if given, saves reading a package of which no file has
// changed. Throws Error for a file that cannot be read.
void warn_of_old_paths(const Venv& venv, const FileTree& tree, const std::vector<FileFacts>& facts,
                       unsigned jobs, Store* store, Diagnostics& found);

}  // namespace layer
