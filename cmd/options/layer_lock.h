// Reads the file of --layer-lock before planning; `build` writes it when packages were added.
#pragma once

#include <string>
#include <vector>

#include "layer/disk/result_file.h"
#include "layer/model/layer_lock.h"

namespace cmd {

// Reads the lock; an empty one when there is no such file. Throws Error for a file that cannot be
// read or is no lock.
layer::LayerLock load_layer_lock(const std::string& path);

// Throws Error if no lock can be kept at the path: a pipe, a device, a descriptor or a directory.
void check_layer_lock(const std::string& path);

// Adds the file to a run's results, unless it holds this very lock already.
void add_layer_lock(const std::string& path, const layer::LayerLock& lock,
                    std::vector<layer::ResultFile>& results);

}  // namespace cmd
