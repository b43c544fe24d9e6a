// Reads a virtual environment, and its interpreter if that goes with it: `--venv DIR[:DEST]`; or a
// folder of packages alone: `--site-packages DIR[:DEST]`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/entry.h"
#include "layer/model/string_arena.h"
#include "layer/model/venv.h"
#include "layer/python/pyc_file.h"

namespace layer {

class Store;

// Where the interpreter of a virtual environment comes from.
enum class PythonSource : uint8_t {
  kAny,      // kInclude if it can be moved, else kBase
  kInclude,  // a layer of its own
  kBase,     // the base image has it
};

// One of the first two is given. Both are "DIR[:DEST]", split at the last colon.
struct VenvRequest {
  std::string argument;         // a virtual environment
  std::string site_packages{};  // a folder of packages
  PythonSource python = PythonSource::kAny;
  // Paths that this run writes to. What is there in the environment is left out, with a note.
  std::vector<std::string> own_outputs{};

  bool is_given() const { return !argument.empty() || !site_packages.empty(); }
};

struct VenvInput {
  Venv venv;
  std::vector<Entry> files;
  std::vector<Entry> interpreter;  // empty: it is the base's
  std::vector<Diagnostic> notes;
};

// Reads what is asked for. Paths in `apps` are known to what is installed in place. Throws Error,
// with a remedy, for what is no virtual environment, or none that can be packed so; warnings, and
// errors of single files, go to `found`. Compiled files are left out unless `pyc` is kKeep. A store,
// if given, saves listing directories again.
VenvInput read_venv(const VenvRequest& request, PycFiles pyc, std::vector<AppFiles> apps,
                    StringArena& arena, Diagnostics& found, Store* store);

}  // namespace layer
