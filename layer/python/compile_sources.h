// Compiles the Python sources of an image: `--pyc=compile`.
#pragma once

#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/model/venv.h"

namespace layer {

class Store;

// Adds to the tree a compiled file, in __pycache__, for each source of a virtual environment, of
// its interpreter if that is packed, and of the first-party files that go with it. It is made by
// the environment's own interpreter, `venv.compiler`, on `jobs` processors.
//
// The files are "unchecked hash-based" (PEP 552): Python takes them whatever the times of the
// sources are. Their bytes depend on the source, its path in the image and the interpreter alone.
// Sources that the interpreter does not take stay as they are, and so do files that the reader
// changed for their place.
//
// What a store knows is not compiled again: it is kept by package, as long as no source of it
// changes. Throws Error if the interpreter fails.
void compile_sources(const Venv& venv, unsigned jobs, FileTree& tree, StringArena& arena,
                     Store* store);

}  // namespace layer
