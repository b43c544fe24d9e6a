// The file of --layer-lock: read before planning, and written by `build` when packages were added.
#pragma once

#include <string>
#include <vector>

#include "layer/disk/result_file.h"
#include "layer/model/layer_lock.h"

namespace cmd {

// An empty lock when there is no such file. Throws Error for one that cannot be read.
layer::LayerLock load_layer_lock(const std::string& path);

// Throws Error if a lock cannot be read and written there: at a pipe, in a directory.
void check_layer_lock(const std::string& path);

// Adds the file to a run's results, unless it says just this.
void add_layer_lock(const std::string& path, const layer::LayerLock& lock,
                    std::vector<layer::ResultFile>& results);

}  // namespace cmd
