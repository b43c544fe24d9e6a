// Stats the sources in parallel.
#include "layer/identify/stamp_sources.h"

#include <string_view>
#include <vector>

#include "layer/read/target.h"

namespace layer {

void stamp_sources(std::span<LayerPlan> layers, StringArena& arena) {
  std::vector<TarEntry*> files;
  std::vector<std::string_view> paths;
  for (LayerPlan& layer : layers) {
    for (TarEntry& entry : layer.entries) {
      if (entry.type != TarType::kFile || entry.source().empty() || entry.stamp != nullptr)
        continue;
      files.push_back(&entry);
      paths.push_back(entry.source());
    }
  }
  const std::vector<Target> targets = find_targets(paths);
  for (size_t i = 0; i < files.size(); ++i) {
    const bool is_as_planned =
        targets[i].type == TargetType::kFile && targets[i].stamp.size == files[i]->size;
    if (is_as_planned) files[i]->stamp = arena.keep(targets[i].stamp);
  }
}

}  // namespace layer
