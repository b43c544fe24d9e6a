// Reads the files of a virtual environment as entries, those moved that name their own place.
#pragma once

#include <vector>

#include "layer/base/error.h"
#include "layer/model/entry.h"
#include "layer/model/string_arena.h"
#include "layer/model/venv.h"
#include "layer/python/find_venv.h"
#include "layer/python/moved_paths.h"
#include "layer/python/pyc_file.h"

namespace layer {

class Store;

struct VenvFiles {
  std::vector<Entry> entries;  // in tree order, with paths below the image's root
  std::vector<Diagnostic> notes;
};

// The entries of `disk`, to be placed at `venv.place`. Entry::repository() is the package's, or
// empty for what no package has.
// - Scripts, *.pth files, finders and direct_url.json of packages that are installed in place, and
//   activation scripts name paths of `moves` as they are in the image. A RECORD has the digests of
//   what is in the image.
// - A link that leads out of the environment becomes the file behind it. A link in bin/ that leads
//   to the interpreter has the text of `venv.interpreter`, and pyvenv.cfg is as it was: both are
//   final only when the base is known (place_interpreter()). A folder of packages has no such link:
//   bin/python is added, and runs its scripts.
// - Compiled files (__pycache__) are left out: with the times of an image they are stale. With
//   PycFiles::kKeep they are there as they are, and in the RECORDs: see keep_compiled_files().
// What cannot be moved is an error in `found`. Throws Error for what cannot be read.
VenvFiles read_venv_files(const VenvOnDisk& disk, const Venv& venv, PycFiles pyc,
                          const MovedPaths& moves, StringArena& arena, Diagnostics& found,
                          Store* store);

}  // namespace layer
