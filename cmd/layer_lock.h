// The file of --layer-lock: read before planning, and written by `build` when packages were added.
#pragma once

#include <string>

#include "layer/plan/layer_lock.h"

namespace cmd {

// An empty lock when there is no such file. Throws Error for one that cannot be read.
layer::LayerLock load_layer_lock(const std::string& path);

// Writes the file, whole or not at all, unless it says just this.
void save_layer_lock(const std::string& path, const layer::LayerLock& lock);

}  // namespace cmd
