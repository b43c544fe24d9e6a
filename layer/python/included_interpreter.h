// Decides whether an interpreter can go into an image with its environment, and reads its files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/string_arena.h"
#include "layer/python/pyc_file.h"

namespace layer {

class Store;

// An interpreter in a folder that holds all of its installation: PREFIX/bin/python3.X, with its
// library in PREFIX/lib/python3.X.
struct InterpreterOnDisk {
  std::string prefix;        // absolute, links resolved
  std::string program;       // below it: "bin/python3.11"
  std::string version;       // "3.11"
  std::string full_version;  // "3.11.2"
};

// Why the interpreter at `path` (links resolved) of this version cannot be packed, as the end of a
// sentence "the interpreter '...' ..."; empty if it can: then `interpreter` is filled in. It can if
// its prefix holds nothing else, and if its programs and libraries need nothing from outside of it
// but the C library. The distributions that uv and rules_python fetch are made so.
std::string why_not_relocatable(const std::string& path, InterpreterOnDisk& interpreter);

// "opt/python/3.11.2": where it goes in the image.
std::string place_of(const InterpreterOnDisk& interpreter);

// Its files as entries, in tree order. Of its settings for building extensions, and of its scripts,
// those that name the prefix name the one in the image. Compiled files (__pycache__) are left out,
// unless `pyc` is kKeep.
std::vector<Entry> read_interpreter_files(const InterpreterOnDisk& interpreter, PycFiles pyc,
                                          StringArena& arena, Store* store);

}  // namespace layer
