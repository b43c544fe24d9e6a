// Reads all inputs that the user names and merges them into one tree: steps 1 and 2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/file_tree.h"
#include "layer/model/program.h"
#include "layer/model/string_arena.h"
#include "layer/model/venv.h"
#include "layer/python/pyc_file.h"
#include "layer/python/read_venv.h"
#include "layer/read/source_tree.h"

namespace layer {

class Store;

// What the user names. At most one of the first four and of those of `venv` is given, because each says
// where a program is. Empty: not given.
struct InputRequest {
  std::string binary;  // as `bazel build` leaves it, with its runfiles beside it
  std::string runfiles_directory;
  std::string runfiles_manifest;
  std::string spec;

  VenvRequest venv;                   // a virtual environment, or a folder of packages
  std::vector<std::string> apps;      // "SRC[:DEST]": first-party files that go with it
  PycFiles pyc = PycFiles::kDefault;  // here only kKeep matters: compiled files are read

  std::vector<std::string> mtrees;  // mtree files; paths are the image's
  std::vector<std::string> trees;   // "SRC:DEST"
  TreeOptions tree_options;

  std::string prefix = "/app";  // the place of the program and its runfiles in the image
  std::string name;             // of the program in the image; empty: its own
};

struct Inputs {
  FileTree tree;
  std::optional<Program> program;  // absent if the inputs have no executable
  std::optional<Venv> venv;        // absent if none was named
  std::vector<Diagnostic> notes;   // to report to the user, but not as warnings
};

// Reads and merges every input. Throws Error, with all conflicts at once; warnings go to `found`. A
// store, if given, saves reading what did not change.
Inputs gather_inputs(const InputRequest& request, StringArena& arena, Diagnostics& found,
                     Store* store = nullptr);

}  // namespace layer
