// Finds which files of a tree are a program's Python files, and the interpreter among them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/stamp.h"
#include "layer/model/file_tree.h"
#include "layer/model/venv.h"

namespace layer {

// The files that --pyc is about: those of a virtual environment, of the interpreter that is packed
// with it and of the first-party files that go with it; else all runfiles.
class PythonPlaces {
 public:
  // `venv`, which may be null, must outlive this object.
  explicit PythonPlaces(const Venv* venv) : venv_(venv) {}

  bool have(const Entry& entry) const;
  // Whether an entry is a source that a program may import. Scripts of an environment are run, and
  // never imported.
  bool have_module(const Entry& entry) const;
  // By which path the compiled form knows its source. For runfiles it is the path below their root,
  // where a layout may have moved it from: so it depends on nothing but the runfiles.
  std::string place_of(const Entry& source) const;
  // The package or repository that an entry belongs to; empty if it is in none.
  std::string_view group_of(const Entry& entry) const;

 private:
  const Venv* venv_;
};

// All bytes of a file that had this stamp when the plan was begun. Throws Error if it was replaced
// or written to since.
std::string read_planned_file(std::string_view path, const Stamp& look);

// An interpreter of CPython among runfiles, with its library, as they lie on this machine.
struct PackedPython {
  std::string version;  // "3.11"
  std::string home;     // absolute: the folder of lib/python3.11
  std::string program;  // absolute; empty: no file below `home` is a program of this version
};

// Those of all runfiles, each once.
std::vector<PackedPython> find_packed_pythons(const FileTree& tree);

// The version that the runfiles' Python has, by its library or else by the virtual environments
// among them; empty if it is not known, or if they have more than one.
std::string python_version_of(const FileTree& tree, const std::vector<PackedPython>& pythons);

}  // namespace layer
