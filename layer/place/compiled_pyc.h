// Adds compiled Python files to a tree: --pyc=compile.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/packed_python.h"
#include "layer/python/compile_sources.h"

namespace layer {

class Store;

// Compiled files that another run made, by what they call their sources (PythonPlaces::place_of()).
struct MadePyc {
  std::string_view bytes;
  std::string tag;
};
using MadePycs = std::map<std::string, MadePyc, std::less<>>;

struct CompileOptions {
  PythonCompiler compiler;
  std::string version{};  // that the program's Python has; empty: not known
  unsigned jobs = 1;
  Store* store = nullptr;  // may be null
  MadePycs made{};         // those whose source is as it was are not made again
};

// Adds to the tree, in __pycache__, a compiled file for each module at `places`. Python looks for
// it beside the path by which it imports the module. So a path that is a link to a source, by the
// input or by the link rules, gets a link to the compiled file of that source. Sources that the
// interpreter does not take stay alone, and so do those that the reader changed for their place,
// and those at whose place for the compiled file something else is.
//
// Throws Error if the compiler fails, or is of another version.
void add_compiled_files(const PythonPlaces& places, const CompileOptions& options, FileTree& tree,
                        std::vector<FileFacts>& facts, StringArena& arena);

// The compiler of runfiles: the interpreter among them. Throws Error, with a remedy, if there is
// none, or more than one.
PythonCompiler packed_compiler(const std::vector<PackedPython>& pythons);

}  // namespace layer
