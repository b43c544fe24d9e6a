// From what the user names on the command line to one tree of paths: steps 1 and 2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/file_tree.h"
#include "layer/model/program.h"
#include "layer/model/string_arena.h"
#include "layer/read/source_tree.h"

namespace layer {

class Store;

// At most one of the first four, which all say where a program's runfiles are. Empty: not given.
struct InputRequest {
  std::string binary;  // as `bazel build` leaves it, its runfiles beside it
  std::string runfiles_directory;
  std::string runfiles_manifest;
  std::string spec;

  std::vector<std::string> mtrees;  // mtree files; paths are the image's
  std::vector<std::string> trees;   // "SRC:DEST"
  TreeOptions tree_options;

  std::string prefix = "/app";  // where in the image the program and its runfiles go
  std::string name;             // of the program; empty: its own
};

struct Inputs {
  FileTree tree;
  std::optional<Program> program;  // absent when no executable was found in the inputs
  std::vector<Diagnostic> notes;   // for who ran it: what is told and is no warning
};

// Reads and merges every input. Throws Error, with all conflicts at once; warnings go to `found`.
// A store, if given, saves reading again what did not change.
Inputs gather_inputs(const InputRequest& request, StringArena& arena, Diagnostics& found,
                     Store* store = nullptr);

}  // namespace layer
