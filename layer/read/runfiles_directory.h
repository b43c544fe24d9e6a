// Reads a runfiles directory as Bazel leaves it on disk: NAME.runfiles.
#pragma once

#include <string>

#include "layer/base/error.h"
#include "layer/model/runfiles.h"
#include "layer/model/string_arena.h"

namespace layer {

class Store;

// Everything below `directory`, in `root_symlinks`, in tree order. Bazel makes
// - a link with an absolute text for a file or tree artifact,
// - a link with a relative text for a declared symlink,
// - an empty file for one of `empty_filenames`.
// Directories are implied by what is in them, unless they are empty. A declared symlink with an
// absolute text cannot be told from a file, and reads as the file it leads to.
//
// `MANIFEST` at the root is Bazel's own record and not an entry. A real file that it does not list
// was left there by another program (Python's `__pycache__`) and is left out, with a warning to
// `found`. Without a MANIFEST, as remote executors stage runfiles, every file counts. `workspace`
// is `_main` if the directory has one, else empty. Throws Error if a link leads nowhere, or
// something is neither file, link nor directory. A store, if given, saves listing directories that
// did not change.
Runfiles read_runfiles_directory(const std::string& directory, StringArena& arena,
                                 Diagnostics& found, Store* store = nullptr);

}  // namespace layer
