// Compiles Python sources by an interpreter of CPython: `--pyc=compile`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/stamp.h"

namespace layer {

class Store;

// An interpreter on this machine.
struct PythonCompiler {
  std::string program;  // absolute
  std::string home{};   // absolute: the folder of its lib/python3.X; empty: it finds that itself
};

struct PythonSourceFile {
  std::string place;         // what the compiled form calls it
  std::string_view content;  // path to open
  const Stamp* stamp;        // null: it is an empty file, without one on disk
  std::string_view group{};  // its package: the store keeps the sources of one together
};

struct CompiledSources {
  std::string tag;                 // "cpython-311": what this interpreter names its files by
  std::vector<std::string> files;  // of each source; empty: the interpreter does not take it
};

// Compiles on `jobs` processors. The files are "unchecked hash-based" (PEP 552): Python takes them
// whatever the times of the sources are. Their bytes depend on the source, its `place` and the
// interpreter alone.
//
// What a store knows is not compiled again: it is kept by group, as long as no source of it
// changes. Throws Error if the interpreter fails.
CompiledSources compile_sources(const PythonCompiler& compiler,
                                std::span<const PythonSourceFile> sources, unsigned jobs,
                                Store* store);

}  // namespace layer
