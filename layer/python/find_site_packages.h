// Recognises a folder of packages that belongs to no virtual environment: `--site-packages DIR`.
#pragma once

#include <string_view>

#include "layer/model/string_arena.h"
#include "layer/python/find_venv.h"

namespace layer {

class Store;

// What `uv pip install --target DIR` or `pip install --target DIR` have made: packages in DIR
// itself, and their scripts in DIR/bin. `version` is that of the extension modules, or "3" if there
// are none that tell. `interpreter` is where an image usually has it. Throws Error, with a remedy,
// for a folder without packages.
VenvOnDisk find_site_packages(std::string_view directory, StringArena& arena, Store* store);

}  // namespace layer
