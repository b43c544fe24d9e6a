// Leaves a lock that does not change untouched, so that its time says when packages were added.
#include "cmd/options/layer_lock.h"

#include "cmd/report/results.h"
#include "layer/base/error.h"
#include "layer/disk/look_at.h"
#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace cmd {

layer::LayerLock load_layer_lock(const std::string& path) {
  if (!layer::is_there(path)) return {};
  layer::StringArena arena;
  return layer::parse_layer_lock(layer::read_input_file(path, arena), path);
}

void check_layer_lock(const std::string& path) {
  if (!layer::find_output_place(path).is_stream) return;
  throw layer::Error({path},
                     "is a pipe, a device or an open descriptor, but a layer lock must be a file")
      .with_help("name a regular file; veneer makes it if it does not exist");
}

void add_layer_lock(const std::string& path, const layer::LayerLock& lock,
                    std::vector<layer::ResultFile>& results) {
  if (load_layer_lock(path) == lock) return;
  results.push_back(text_result(path, layer::layer_lock_text(lock)));
}

}  // namespace cmd
