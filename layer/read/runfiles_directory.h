// Reads a runfiles directory as Bazel leaves it on disk: NAME.runfiles.
#pragma once

#include <string>

#include "layer/base/error.h"
#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

class Store;

// Everything below `directory`, in `root_symlinks`, in tree order. Bazel makes a link with an
// absolute text for a file or tree artifact, a link with a relative text for a declared symlink,
// and an empty file for an empty one; directories are implied by what is in them, unless empty.
// `MANIFEST` at the root is Bazel's own record and no entry; a real file that it does not list was
// left there by somebody else (Python's `__pycache__`), and is left out with a warning to `found`.
// Without a MANIFEST, as remote executors stage runfiles, every file counts. Links are told apart by their text
// alone, so a declared symlink with an absolute text reads as the file it leads to. `workspace` is
// `_main` if the directory holds one, else empty. Throws Error when a link leads nowhere or
// something is neither file, link nor directory. A store, if given, saves listing directories that
// did not change.
Runfiles read_runfiles_directory(const std::string& directory, StringArena& arena,
                                 Diagnostics& found, Store* store = nullptr);

}  // namespace layer
