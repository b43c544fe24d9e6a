// Recognises a virtual environment on disk, and says what a folder is that is none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/model/string_arena.h"

namespace layer {

// What `python -m venv`, virtualenv or uv have made.
struct VenvOnDisk {
  std::string directory;                   // as the user named it, without a '/' at its end
  std::string_view config;                 // of pyvenv.cfg; in the arena
  std::string version;                     // "3.11"
  std::string full_version;                // "3.11.2", or `version` if that is all that is known
  std::vector<std::string> site_packages;  // below it: "lib/python3.11/site-packages"
  std::string interpreter;                 // absolute, links resolved
  std::vector<std::string> old_places;     // absolute: what its files may call it
  std::vector<std::string> own_outputs{};  // below it: what this run writes there
};

// Throws Error, with a remedy, for what is no virtual environment that could run.
VenvOnDisk find_venv(std::string_view directory, StringArena& arena);

}  // namespace layer
