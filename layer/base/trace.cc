// Records spans under a lock: some thousands per second at most.
#include "layer/base/trace.h"

#include <algorithm>

namespace layer {

void Trace::add(std::string_view name, std::string_view layer, int64_t begin, int64_t end) {
  const std::lock_guard lock(mutex_);
  const std::thread::id id = std::this_thread::get_id();
  auto thread = std::find(threads_.begin(), threads_.end(), id);
  if (thread == threads_.end()) thread = threads_.insert(thread, id);
  spans_.push_back(
      {name, std::string(layer), begin, end, static_cast<unsigned>(thread - threads_.begin())});
}

}  // namespace layer
